// Units of kernel text: files one after the other, each `#include` of another text replaced by that text.
#include "texts.h"

#include <stdexcept>
#include <string_view>

namespace verisim {
namespace {

std::string_view textOf(std::string_view name) {
  for (const KernelText& text : kernelTexts())
    if (text.name == name) return text.text;
  throw std::logic_error("no kernel text " + std::string(name));
}

void append(std::string& unit, std::string_view name) {
  std::string_view rest = textOf(name);
  constexpr std::string_view include = "#include \"";
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.starts_with(include))
      append(unit, line.substr(include.size(), line.rfind('"') - include.size()));
    else
      unit.append(line).append("\n");
  }
}

}  // namespace

std::string familiesText() {
  std::string unit;
  for (const char* name : {"layout.cuh", "types.cuh", "math.cuh", "fused.cuh", "fused.cu", "gemm.cu", "indexing.cu",
                           "sparse.cu", "spans.cu", "draws.cu", "convolution.cu", "factors.cu", "updates.cu"})
    append(unit, name);
  return unit;
}

std::string generatedHead() {
  std::string unit;
  for (const char* name : {"layout.cuh", "types.cuh", "math.cuh", "fused.cuh", "ops.cuh"}) append(unit, name);
  return unit;
}

}  // namespace verisim
