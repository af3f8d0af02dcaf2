// A fused group as kernel text, compiled by NVRTC where it is found: the frame of fused.cuh around straight-line code, one
// line per value. Values are typed; where an op takes the other type of a select or a constant, its bits are read anew.
#include <cstdio>

#include "fused_group.h"

namespace verisim {
namespace {

enum class Type { f32, i32 };

std::string as(Type wanted, Type is, const std::string& name) {
  if (wanted == is) return name;
  return (wanted == Type::f32 ? "__int_as_float(" : "__float_as_int(") + name + ")";
}

const char* keyword(Type type) { return type == Type::f32 ? "float" : "int"; }

std::string number(int64_t value) { return std::to_string(value); }

class Writer {
 public:
  Writer(const FusedGroup& group, const FusedLaunch& launch) : group_(group), launch_(launch) {}

  std::string write(const std::string& name) {
    types_.resize(static_cast<size_t>(group_.firstOp()) + group_.ops.size(), Type::i32);
    std::string parameters = "Frame f", loads, ops, reads, ends;
    for (const int32_t value : launch_.values) {
      if (value < group_.firstConstant()) {
        const auto& input = group_.inputs[static_cast<size_t>(value)];
        const Type type = type_of(value) = input.dtype == DType::f32 ? Type::f32 : Type::i32;
        parameters += std::string(", const ") + keyword(type) + "* in" + number(value);
        loads += line(keyword(type), value, "in" + number(value) + "[" + offset(input.strides) + "]");
      } else if (value < group_.firstOp()) {
        ops += line("int", value, number(group_.constants[static_cast<size_t>(value - group_.firstConstant())]) + "u");
      } else {
        ops += opLine(value);
      }
    }
    std::string before, inside, after;
    for (const int32_t output : launch_.stores) {
      const auto& row = group_.outputs[static_cast<size_t>(output)];
      parameters += ", int* out" + number(output);
      inside += "    out" + number(output) + "[" + offset(row.strides) + "] = " + take(Type::i32, row.value) + ";\n";
    }
    for (const int32_t output : launch_.reductions) {
      const auto& row = group_.outputs[static_cast<size_t>(output)];
      const std::string sum = "sum" + number(output), value = take(Type::f32, row.value);
      const bool maximum = isMaximum(row.mode);
      parameters += ", float* partial" + number(output);
      before += "  float " + sum + (maximum ? " = -infinity();\n" : " = 0.0f;\n");
      inside += "    " + sum + (maximum ? " = largest(" + sum + ", " + value + ");\n" : " += " + value + ";\n");
      after += "  meetThreads(f, p, meet, " + sum + (maximum ? ", 1, partial" : ", 0, partial") + number(output) + ");\n";
    }
    std::string text = "VS_KERNEL " + name + "(" + parameters + ") {\n";
    if (!launch_.reductions.empty()) text += "  __shared__ float meet[128];\n";
    text += "  const Place p = placeOf(f);\n" + before;
    text += "  for (i64 i = p.begin; i < p.end; i += f.innerThreads) {\n" + coordinates() + loads + ops + inside + "  }\n";
    return text + after + "}\n";
  }

 private:
  Type& type_of(int32_t value) { return types_[static_cast<size_t>(value)]; }
  std::string take(Type wanted, int32_t value) { return as(wanted, type_of(value), "v" + number(value)); }

  static std::string line(const char* type, int32_t value, const std::string& expression) {
    return std::string("    const ") + type + " v" + number(value) + " = " + expression + ";\n";
  }

  std::string opLine(int32_t value) {
    const auto& op = group_.ops[static_cast<size_t>(value - group_.firstOp())];
    const PointwiseOp& row = pointwiseOps()[static_cast<size_t>(op.op)];
    const bool select = row.result == Holds::any;
    const Type type = row.result == Holds::f32 ? Type::f32 : Type::i32;
    const Type input = row.input == Holds::f32 ? Type::f32 : Type::i32;
    std::string call = std::string("op_") + row.name + "(";
    for (int32_t i = 0; i < row.arity; i++)
      call += (i > 0 ? ", " : "") + take(select && i > 0 ? Type::i32 : input, op.from[static_cast<size_t>(i)]);
    type_of(value) = type;
    return line(keyword(type), value, call + ")");
  }

  /// at0, at1, ...: the coordinates of the index, from the last dim to the first.
  std::string coordinates() const {
    std::string text = "    u32 rest = (u32)(p.outer * f.outerStep + i * f.innerStep);\n    (void)rest;\n";
    for (int32_t d = group_.rank - 1; d >= 0; d--) {
      const std::string at = "    const u32 at" + number(d), dim = number(group_.dims[static_cast<size_t>(d)]) + "u";
      text += d == 0 ? at + " = rest;\n" : at + " = rest % " + dim + "; rest /= " + dim + ";\n";
    }
    return text;
  }

  std::string offset(const Strides& strides) const {
    std::string text;
    for (int32_t d = 0; d < group_.rank; d++) {
      const int32_t stride = strides[static_cast<size_t>(d)];
      if (stride == 0 || group_.dims[static_cast<size_t>(d)] <= 1) continue;
      text += (text.empty() ? "" : " + ") + std::string("(i64)at") + number(d) + " * " + number(stride);
    }
    return text.empty() ? "0" : text;
  }

  const FusedGroup& group_;
  const FusedLaunch& launch_;
  std::vector<Type> types_;
};

}  // namespace

std::string writeKernel(const FusedGroup& group, const FusedLaunch& launch, const std::string& name) {
  return Writer(group, launch).write(name);
}

}  // namespace verisim
