// An error with a code of its own (VERISIM_...), as JavaScript will see it.
#pragma once

#include <stdexcept>
#include <string>

namespace verisim {

struct CodedError : std::runtime_error {
  CodedError(const char* errorCode, const std::string& message) : std::runtime_error(message), code(errorCode) {}
  const char* code;  // a literal
};

/// The words of a program break a rule of docs/design/tensor-program.md.
inline CodedError invalidProgram(const std::string& message) { return {"VERISIM_PROGRAM_INVALID", message}; }

}  // namespace verisim
