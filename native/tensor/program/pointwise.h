// The pointwise ops that `fused` groups are made of: the rows of ops.def as facts. A program names an op by its place in
// this table, which is that of its row.
#pragma once

#include <cstdint>
#include <span>

namespace verisim {

/// What a value holds. `any`: a constant, whose words are read as either.
enum class Holds : int8_t { f32, i32, any };

/// The rows by name.
enum class Pointwise : int32_t {
#define OP1(name, expression) name,
#define OP2(name, expression) name,
#define OP3(name, expression) name,
#define OPSELECT(name, expression) name,
#define OPI2(name, expression) name,
#define OPIF1(name, expression) name,
#define OPIF2(name, expression) name,
#define OPFI1(name, expression) name,
#include "ops.def"
};

struct PointwiseOp {
  const char* name;
  int8_t arity;
  Holds input;   // what each input holds; in a select, the first alone
  Holds result;  // any: what the other inputs of a select hold
  bool dear;     // a division or a series
};

std::span<const PointwiseOp> pointwiseOps();
/// Names of the pointwise ops, in the order that programs count them.
std::span<const char* const> pointwiseNames();

}  // namespace verisim
