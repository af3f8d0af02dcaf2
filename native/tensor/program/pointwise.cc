// The table of pointwise ops, made of ops.def.
#include "pointwise.h"

#include <string_view>

namespace verisim {
namespace {

constexpr bool isDear(std::string_view expression) {
  return expression.find('/') != std::string_view::npos || expression.find("vs_") != std::string_view::npos;
}

constexpr PointwiseOp ops[] = {
#define OP1(name, expression) {#name, 1, Holds::f32, Holds::f32, isDear(#expression)},
#define OP2(name, expression) {#name, 2, Holds::f32, Holds::f32, isDear(#expression)},
#define OP3(name, expression) {#name, 3, Holds::f32, Holds::f32, isDear(#expression)},
#define OPSELECT(name, expression) {#name, 3, Holds::f32, Holds::any, isDear(#expression)},
#define OPI2(name, expression) {#name, 2, Holds::i32, Holds::i32, isDear(#expression)},
#define OPIF1(name, expression) {#name, 1, Holds::i32, Holds::f32, isDear(#expression)},
#define OPIF2(name, expression) {#name, 2, Holds::i32, Holds::f32, isDear(#expression)},
#define OPFI1(name, expression) {#name, 1, Holds::f32, Holds::i32, isDear(#expression)},
#include "ops.def"
};

constexpr const char* names[] = {
#define OP1(name, expression) #name,
#define OP2(name, expression) #name,
#define OP3(name, expression) #name,
#define OPSELECT(name, expression) #name,
#define OPI2(name, expression) #name,
#define OPIF1(name, expression) #name,
#define OPIF2(name, expression) #name,
#define OPFI1(name, expression) #name,
#include "ops.def"
};

}  // namespace

std::span<const PointwiseOp> pointwiseOps() { return ops; }
std::span<const char* const> pointwiseNames() { return names; }

}  // namespace verisim
