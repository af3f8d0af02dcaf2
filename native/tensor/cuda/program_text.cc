// Goes over the groups as the executor does, without memory.
#include "program_text.h"

#include <string_view>

#include "fused_group.h"
#include "texts.h"

namespace verisim {

std::string programText(const Program& program) {
  std::string text;
  int64_t kernels = 0;
  // Any address will do to have an instruction checked.
  alignas(64) static char nowhere[64];
  for (const Entry& entry : program.entries)
    for (const Command& command : entry.commands) {
      if (std::string_view(command.kernel->name) != "fused") continue;
      bindCommand(command, [](const Place&) { return static_cast<void*>(nowhere); });
      std::vector<Operand> operands;
      for (const Place& place : command.operands) operands.push_back({nullptr, place.length, place.dtype, place.written});
      const FusedGroup group = readGroup({operands.data(), static_cast<int32_t>(operands.size()), command.ints.data(),
                                          static_cast<int32_t>(command.ints.size()), command.floats.data(),
                                          static_cast<int32_t>(command.floats.size())});
      for (const FusedLaunch& launch : planGroup(group))
        text += writeKernel(group, launch, "group" + std::to_string(kernels++));
    }
  return text.empty() ? text : generatedHead() + text;
}

}  // namespace verisim
