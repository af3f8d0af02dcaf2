// What a kernel of a program is (docs/design/tensor-program.md): a name and a function that checks one instruction and
// binds it to its memory. A bound step holds raw addresses: whatever it does not check here, nobody checks later.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "../cpu/job.h"

namespace verisim {

enum class DType : int32_t { f32 = 0, i32 = 1 };

/// A stretch of the arena or of a slot; the loader has checked that it lies inside.
struct Operand {
  void* data = nullptr;
  int64_t length = 0;  // words
  DType dtype = DType::f32;
  bool written = false;

  float* f32() const { return static_cast<float*>(data); }
  int32_t* i32() const { return static_cast<int32_t*>(data); }
};

/// One instruction as it stands in the program; its arrays live only while it is bound.
struct Instruction {
  const Operand* operands;
  int32_t operandCount;
  const int32_t* ints;
  int32_t intCount;
  const float* floats;
  int32_t floatCount;
};

/// What changes between runs and steps.
struct RunState {
  uint32_t key[2];
  uint64_t step;
  uint64_t rowOffset;
};

/// One instruction, ready to run. Deterministic for any job.threads.
using Step = std::function<void(Job& job, const RunState& state)>;

/// Checks and binds; throws ArgumentError for anything that could read or write outside the operands.
using Bind = Step (*)(const Instruction& instruction);

struct KernelRow {
  const char* name;
  Bind bind;
  /// Whether a written operand may be exactly one of those that are read.
  bool inPlace = false;
};

/// Reads an instruction's numbers and operands in order; every mismatch is an ArgumentError that names the kernel.
class Reader {
 public:
  Reader(const char* kernel, const Instruction& instruction) : kernel_(kernel), in_(instruction) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw ArgumentError(std::string("[") + kernel_ + "] " + message);
  }
  void expect(bool condition, const char* message) const {
    if (!condition) fail(message);
  }

  int64_t integer(const char* name, int64_t low = 0, int64_t high = std::numeric_limits<int32_t>::max()) {
    expect(int_ < in_.intCount, "Expected more numbers in the instruction");
    const int64_t value = in_.ints[int_++];
    if (value < low || value > high)
      fail(std::string("Expected ") + name + " from " + std::to_string(low) + " to " + std::to_string(high) +
           " but received " + std::to_string(value));
    return value;
  }
  bool flag(const char* name) { return integer(name, 0, 1) == 1; }
  float number() {
    expect(float_ < in_.floatCount, "Expected more floats in the instruction");
    return in_.floats[float_++];
  }

  /// The next operand, of at least `length` words (which may be huge, from overflow-free products of this reader).
  const Operand& input(DType dtype, int64_t length) { return next(dtype, length, false); }
  const Operand& output(DType dtype, int64_t length) { return next(dtype, length, true); }
  /// The next operand whatever its dtype.
  const Operand& anyInput(int64_t length) {
    expect(operand_ < in_.operandCount, "Expected more operands");
    return next(in_.operands[operand_].dtype, length, false);
  }
  const Operand& anyOutput(int64_t length) {
    expect(operand_ < in_.operandCount, "Expected more operands");
    return next(in_.operands[operand_].dtype, length, true);
  }
  bool moreOperands() const { return operand_ < in_.operandCount; }

  /// a * b, refused beyond 2^40: no array of a program is longer than 2^31 words.
  int64_t product(int64_t a, int64_t b) const {
    int64_t result = 0;
    expect(!__builtin_mul_overflow(a, b, &result) && result <= (int64_t{1} << 40), "Expected smaller sizes");
    return result;
  }

  /// Call when everything is read.
  void end() const {
    expect(int_ == in_.intCount, "Expected fewer numbers in the instruction");
    expect(float_ == in_.floatCount, "Expected fewer floats in the instruction");
    expect(operand_ == in_.operandCount, "Expected fewer operands");
  }

 private:
  const Operand& next(DType dtype, int64_t length, bool written) {
    expect(operand_ < in_.operandCount, "Expected more operands");
    const Operand& operand = in_.operands[operand_++];
    expect(operand.dtype == dtype, "Expected an operand of another dtype");
    expect(operand.length >= length, "Expected a longer operand");
    expect(operand.written == written, written ? "Expected a written operand" : "Expected an operand that is only read");
    return operand;
  }

  const char* kernel_;
  const Instruction& in_;
  int32_t int_ = 0, float_ = 0, operand_ = 0;
};

}  // namespace verisim
