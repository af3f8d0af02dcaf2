// Reads the words of a program from first to last; no number is used before it is checked.
#include "program.h"

#include <algorithm>
#include <bit>
#include <string>
#include <tuple>

#include "coded_error.h"

namespace verisim {
namespace {

constexpr int32_t magic = 0x56534d31;
constexpr size_t operandWords = 4;
constexpr int32_t isInteger = 1, isWritten = 2;

std::string counted(const char* what, size_t index) { return std::string(what) + " " + std::to_string(index); }

/// Reads words in order.
class Words {
 public:
  explicit Words(std::span<const int32_t> words) : words_(words) {}

  size_t left() const { return words_.size() - at_; }
  bool done() const { return left() == 0; }

  int32_t next(const char* what) {
    if (done()) throw invalidProgram(std::string("Expected ") + what + " but the words end");
    return words_[at_++];
  }

  int64_t size(const char* what) {
    const int32_t value = next(what);
    if (value < 0)
      throw invalidProgram(std::string("Expected ") + what + " from 0 but received " + std::to_string(value));
    return value;
  }

  /// How many things of `wordsEach` (at least) follow.
  size_t count(const char* what, size_t wordsEach) {
    const auto value = static_cast<size_t>(size(what));
    if (value > left() / wordsEach)
      throw invalidProgram(std::string("Expected ") + what + " to fit the words but received " + std::to_string(value));
    return value;
  }

 private:
  std::span<const int32_t> words_;
  size_t at_ = 0;
};

Place readPlace(Words& words, const Program& program, int32_t allowedFlags) {
  const int32_t space = words.next("an operand's space");
  if (space < Place::arena || space >= static_cast<int64_t>(program.slots.size()))
    throw invalidProgram("Expected an operand in the arena or a slot but received space " + std::to_string(space));
  const int64_t offset = words.size("an operand's offset"), length = words.size("an operand's length");
  const int32_t flags = words.next("an operand's flags");
  if ((flags & ~allowedFlags) != 0)
    throw invalidProgram("Expected an operand's flags but received " + std::to_string(flags));
  const DType dtype = (flags & isInteger) != 0 ? DType::i32 : DType::f32;
  const bool inArena = space == Place::arena;
  const int64_t words64 = inArena ? program.arenaWords : program.slots[static_cast<size_t>(space)].words;
  if (offset + length > words64)
    throw invalidProgram("Expected an operand inside the " + std::to_string(words64) + " words of " +
                         (inArena ? std::string("the arena") : counted("slot", static_cast<size_t>(space))) +
                         " but received words " + std::to_string(offset) + " to " + std::to_string(offset + length));
  if (!inArena && dtype != program.slots[static_cast<size_t>(space)].dtype)
    throw invalidProgram("Expected an operand of the dtype of " + counted("slot", static_cast<size_t>(space)));
  return {space, offset, length, dtype, (flags & isWritten) != 0};
}

/// Places that are the same words count as one group; groups in order of where they begin.
void checkOverlaps(std::span<const Place> operands, const KernelRow& kernel, std::vector<const Place*>& sorted) {
  sorted.clear();
  bool anyWritten = false;
  for (const Place& place : operands) {
    anyWritten = anyWritten || place.written;
    if (place.length > 0) sorted.push_back(&place);
  }
  if (!anyWritten) return;
  const auto words = [](const Place* place) { return std::make_tuple(place->space, place->offset, place->length); };
  std::sort(sorted.begin(), sorted.end(), [&](const Place* a, const Place* b) { return words(a) < words(b); });
  int32_t space = Place::arena;
  int64_t anyEnd = 0, writtenEnd = 0;  // of the groups before
  for (size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
    const Place& place = *sorted[begin];
    if (place.space != space) anyEnd = writtenEnd = 0;
    space = place.space;
    int64_t written = 0;
    for (end = begin; end < sorted.size() && words(sorted[end]) == words(&place); end++)
      if (sorted[end]->written) written++;
    const int64_t others = static_cast<int64_t>(end - begin) - written;
    if (written > 1 || (written == 1 && others > 0 && !kernel.inPlace))
      throw invalidProgram(std::string("[") + kernel.name +
                           "] Expected an operand that is written to be no other operand");
    if (writtenEnd > place.offset || (written > 0 && anyEnd > place.offset))
      throw invalidProgram(std::string("[") + kernel.name +
                           "] Expected an operand that is written not to overlap another one in part");
    anyEnd = std::max(anyEnd, place.offset + place.length);
    if (written > 0) writtenEnd = std::max(writtenEnd, place.offset + place.length);
  }
}

/// Where a command's operands and numbers lie in the program's arrays, until those have stopped growing.
struct Draft {
  const KernelRow* kernel;
  size_t operands, operandCount, ints, intCount, floats, floatCount;
};

Draft readInstruction(Words& words, Program& program) {
  const std::span<const KernelRow> kernels = kernelTable();
  const int64_t kernel = words.size("a kernel");
  if (kernel >= static_cast<int64_t>(kernels.size()))
    throw invalidProgram("Expected one of " + std::to_string(kernels.size()) + " kernels but received " +
                         std::to_string(kernel));
  Draft draft = {};
  draft.kernel = &kernels[static_cast<size_t>(kernel)];
  draft.operandCount = words.count("a number of operands", operandWords);
  draft.intCount = words.count("a number of ints", 1);
  draft.floatCount = words.count("a number of floats", 1);
  draft.operands = program.places.size();
  draft.ints = program.ints.size();
  draft.floats = program.floats.size();
  for (size_t i = 0; i < draft.operandCount; i++)
    program.places.push_back(readPlace(words, program, isInteger | isWritten));
  for (size_t i = 0; i < draft.intCount; i++) program.ints.push_back(words.next("an int"));
  for (size_t i = 0; i < draft.floatCount; i++) program.floats.push_back(std::bit_cast<float>(words.next("a float")));
  return draft;
}

}  // namespace

Program decodeProgram(std::span<const int32_t> given) {
  Words words(given);
  Program program;
  if (words.next("a magic word") != magic) throw invalidProgram("Expected the magic word of a program");
  const size_t slotCount = words.count("a number of slots", 2);
  program.arenaWords = words.size("a size of the arena");
  const size_t entryCount = words.count("a number of entries", 2);
  for (size_t i = 0; i < slotCount; i++) {
    const int32_t dtype = words.next("a slot's dtype");
    if (dtype != 0 && dtype != 1) throw invalidProgram("Expected dtype 0 or 1 for " + counted("slot", i));
    program.slots.push_back({static_cast<DType>(dtype), words.size("a slot's words")});
  }
  std::vector<std::vector<Draft>> drafts(entryCount);
  std::vector<const Place*> sorted;
  for (std::vector<Draft>& draft : drafts) {
    Entry& entry = program.entries.emplace_back();
    const size_t instructionCount = words.count("a number of instructions", 4);
    const size_t outputCount = words.count("a number of outputs", operandWords);
    for (size_t i = 0; i < outputCount; i++) entry.outputs.push_back(readPlace(words, program, isInteger));
    for (size_t i = 0; i < instructionCount; i++) draft.push_back(readInstruction(words, program));
  }
  if (!words.done()) throw invalidProgram("Expected no words after the last entry");
  for (size_t e = 0; e < entryCount; e++)
    for (const Draft& draft : drafts[e]) {
      const Command command = {draft.kernel,
                               std::span<const Place>(program.places).subspan(draft.operands, draft.operandCount),
                               std::span<const int32_t>(program.ints).subspan(draft.ints, draft.intCount),
                               std::span<const float>(program.floats).subspan(draft.floats, draft.floatCount)};
      checkOverlaps(command.operands, *command.kernel, sorted);
      program.entries[e].commands.push_back(command);
    }
  return program;
}

Step bindOperands(const Command& command, std::span<const Operand> operands) {
  const Instruction instruction = {operands.data(),       static_cast<int32_t>(operands.size()),
                                   command.ints.data(),   static_cast<int32_t>(command.ints.size()),
                                   command.floats.data(), static_cast<int32_t>(command.floats.size())};
  try {
    return command.kernel->bind(instruction);
  } catch (const ArgumentError& error) {
    throw invalidProgram(error.what());
  }
}

}  // namespace verisim
