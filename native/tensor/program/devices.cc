// The devices that programs may run on.
#include "executor.h"

namespace verisim {

std::span<const Device* const> devices() {
  static const Device* const all[] = {&cpuDevice(), &cudaDevice()};
  return all;
}

}  // namespace verisim
