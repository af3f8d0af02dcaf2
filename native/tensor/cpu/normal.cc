// Compiles the normal kernels for each instruction set.
#include "normal.h"

#include <algorithm>

#include "isa.h"

#define VERISIM_KERNELS "normal_kernels.h"
#include "each_isa.h"

namespace verisim {

const NormalKernels& normal() { return VERISIM_PICK(normalKernels); }

}  // namespace verisim
