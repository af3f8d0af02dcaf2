// The bindings of programs: arguments in, an executor called, errors with codes out.
#include "program_addon.h"

#include <cstdio>
#include <cstring>
#include <span>
#include <string>

#include "arguments.h"
#include "cuda/program_text.h"
#include "program/coded_error.h"
#include "program/pointwise.h"
#include "program_run.h"

namespace verisim {
namespace {

using Info = const Napi::CallbackInfo&;

constexpr napi_type_tag programTag = {0x5d0c6a1f0e7b4a39, 0xb1f6c2d94a8e7053};
constexpr int64_t exactNumbers = (int64_t{1} << 53) - 1;

/// Runs `call` and gives its errors their codes.
template <class Call>
void coded(Napi::Env env, Call&& call) {
  Outcome outcome;
  try {
    call();
    return;
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    outcome = outcomeOfException();
  }
  throw codedError(env, outcome.code, outcome.message);
}

LoadedProgram& programOf(Info info, const Arguments& arguments) {
  if (info[0].IsExternal()) {
    const auto external = info[0].As<Napi::External<LoadedProgram>>();
    if (external.CheckTypeTag(&programTag)) return *external.Data();
  }
  arguments.fail("Expected a program");
}

/// The program, loaded still and not running.
LoadedProgram& idleProgram(Info info, const Arguments& arguments) {
  LoadedProgram& program = programOf(info, arguments);
  if (program.executor == nullptr)
    throw codedError(info.Env(), "VERISIM_PROGRAM_FREED", "Expected a program that was not freed");
  if (program.busy)
    throw codedError(info.Env(), "VERISIM_PROGRAM_BUSY", "Expected a program that does not run at the moment");
  return program;
}

const char* dtypeName(DType dtype) { return dtype == DType::i32 ? "i32" : "f32"; }

/// The words of a Float32Array or an Int32Array, whichever the dtype asks for.
std::span<int32_t> wordsOf(Arguments& arguments, const Napi::Value& value, DType dtype, const char* name) {
  if (dtype == DType::i32) {
    const auto array = arguments.arrayOf<int32_t>(value, name);
    return {array.data, static_cast<size_t>(array.size)};
  }
  const auto array = arguments.arrayOf<float>(value, name);
  return {reinterpret_cast<int32_t*>(array.data), static_cast<size_t>(array.size)};
}

// kernelNames() -> string[]
Napi::Value kernelNames(Info info) {
  const auto kernels = kernelTable();
  Napi::Array names = Napi::Array::New(info.Env(), kernels.size());
  for (size_t i = 0; i < kernels.size(); i++) names.Set(static_cast<uint32_t>(i), kernels[i].name);
  return names;
}

// pointwiseNames() -> string[]
Napi::Value listPointwise(Info info) {
  const auto ops = pointwiseNames();
  Napi::Array names = Napi::Array::New(info.Env(), ops.size());
  for (size_t i = 0; i < ops.size(); i++) names.Set(static_cast<uint32_t>(i), ops[i]);
  return names;
}

// devices() -> { name, description, available }[]
Napi::Value listDevices(Info info) {
  const auto known = devices();
  Napi::Array list = Napi::Array::New(info.Env(), known.size());
  for (size_t i = 0; i < known.size(); i++) {
    Napi::Object device = Napi::Object::New(info.Env());
    device.Set("name", known[i]->name());
    device.Set("description", known[i]->description());
    device.Set("available", known[i]->available());
    list.Set(static_cast<uint32_t>(i), device);
  }
  return list;
}

const Device& deviceNamed(Napi::Env env, const std::string& name) {
  const Device* found = nullptr;
  for (const Device* device : devices())
    if (device->name() == name) found = device;
  // Further boards are not listed.
  int index = 0;
  if (std::sscanf(name.c_str(), "cuda:%3d", &index) == 1 && name == "cuda:" + std::to_string(index) && index >= 0)
    found = &cudaDevice(index);
  if (found != nullptr && !found->available())
    throw codedError(env, "VERISIM_DEVICE_UNAVAILABLE",
                     "Device " + name + " cannot be used: " + found->description());
  if (found != nullptr) return *found;
  throw codedError(env, "VERISIM_DEVICE_UNAVAILABLE", "This build knows no device " + name);
}

// createProgram(words: Int32Array, device: string) -> handle
Napi::Value createProgram(Info info) {
  Arguments arguments(info);
  const Napi::Env env = info.Env();
  const auto words = arguments.array<int32_t>(0, "words");
  arguments.expect(info[1].IsString(), "Expected a string for device");
  const Device& device = deviceNamed(env, info[1].As<Napi::String>().Utf8Value());
  auto loaded = std::make_unique<LoadedProgram>();
  loaded->device = &device;
  coded(env, [&] {
    // A copy: shared memory may change while it is checked.
    const std::vector<int32_t> copy(words.data, words.data + words.size);
    Program program = decodeProgram(copy);
    loaded->arenaWords = program.arenaWords;
    loaded->slots = program.slots;
    for (const Entry& entry : program.entries) loaded->entries.push_back({entry.commands.size(), entry.outputs});
    int64_t size = program.arenaWords;
    for (const Slot& slot : program.slots) size += slot.words;
    loaded->executor = device.load(std::move(program));
    loaded->bytes = size * static_cast<int64_t>(sizeof(int32_t));
  });
  Napi::MemoryManagement::AdjustExternalMemory(env, loaded->bytes);
  auto external = Napi::External<LoadedProgram>::New(env, loaded.release(), [](Napi::Env own, LoadedProgram* held) {
    held->free(own);
    delete held;
  });
  external.TypeTag(&programTag);
  return external;
}

Napi::Object describe(Napi::Env env, DType dtype, const char* sizeName, int64_t size) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("dtype", dtypeName(dtype));
  object.Set(sizeName, static_cast<double>(size));
  return object;
}

// programInfo(handle) -> { device, arenaWords, slots: { dtype, words }[], entries: { instructions, outputs }[], busy }
Napi::Value programInfo(Info info) {
  const Arguments arguments(info);
  const Napi::Env env = info.Env();
  const LoadedProgram& program = programOf(info, arguments);
  Napi::Object result = Napi::Object::New(env);
  result.Set("device", program.device->name());
  result.Set("arenaWords", static_cast<double>(program.arenaWords));
  result.Set("state", program.executor == nullptr ? "freed" : program.busy ? "busy" : "idle");
  Napi::Array slots = Napi::Array::New(env, program.slots.size());
  for (size_t i = 0; i < program.slots.size(); i++)
    slots.Set(static_cast<uint32_t>(i), describe(env, program.slots[i].dtype, "words", program.slots[i].words));
  result.Set("slots", slots);
  Napi::Array entries = Napi::Array::New(env, program.entries.size());
  for (size_t i = 0; i < program.entries.size(); i++) {
    const EntryInfo& entry = program.entries[i];
    Napi::Array outputs = Napi::Array::New(env, entry.outputs.size());
    for (size_t o = 0; o < entry.outputs.size(); o++)
      outputs.Set(static_cast<uint32_t>(o), describe(env, entry.outputs[o].dtype, "length", entry.outputs[o].length));
    Napi::Object object = Napi::Object::New(env);
    object.Set("instructions", static_cast<double>(entry.instructions));
    object.Set("outputs", outputs);
    entries.Set(static_cast<uint32_t>(i), object);
  }
  result.Set("entries", entries);
  return result;
}

/// (handle, slot, array, offset): a stretch of a slot.
struct Stretch {
  LoadedProgram& program;
  size_t slot;
  int64_t offset;
  std::span<int32_t> words;
};

Stretch stretchOf(Info info) {
  Arguments arguments(info);
  LoadedProgram& program = idleProgram(info, arguments);
  const auto slot =
      static_cast<size_t>(arguments.integer(1, "slot", 0, static_cast<int64_t>(program.slots.size()) - 1));
  const Slot& held = program.slots[slot];
  const auto words = wordsOf(arguments, info[2], held.dtype, "the slot's numbers");
  const int64_t offset = arguments.integer(3, "offset", 0, held.words);
  arguments.expect(static_cast<int64_t>(words.size()) <= held.words - offset,
                   "Expected numbers that fit the slot from the offset on");
  return {program, slot, offset, words};
}

// writeSlot(handle, slot, array, offset)
void writeSlot(Info info) {
  const Stretch stretch = stretchOf(info);
  coded(info.Env(), [&] { stretch.program.executor->write(stretch.slot, stretch.offset, stretch.words); });
}

// readSlot(handle, slot, out, offset)
void readSlot(Info info) {
  const Stretch stretch = stretchOf(info);
  coded(info.Env(), [&] { stretch.program.executor->read(stretch.slot, stretch.offset, stretch.words); });
}

// runProgram(handle, entry, steps, seedLow, seedHigh, firstStep, rowOffset, outputs, threads, abort) -> steps
Napi::Value runProgram(Info info) {
  Arguments arguments(info);
  const Napi::Env env = info.Env();
  LoadedProgram& program = idleProgram(info, arguments);
  Run run = {};
  run.entry = static_cast<size_t>(arguments.integer(1, "entry", 0, static_cast<int64_t>(program.entries.size()) - 1));
  run.steps = arguments.integer(2, "steps", 0, std::numeric_limits<int32_t>::max());
  run.first.key[0] = static_cast<uint32_t>(arguments.integer(3, "seedLow", 0, UINT32_MAX));
  run.first.key[1] = static_cast<uint32_t>(arguments.integer(4, "seedHigh", 0, UINT32_MAX));
  run.first.step = static_cast<uint64_t>(arguments.integer(5, "firstStep", 0, exactNumbers));
  run.first.rowOffset = static_cast<uint64_t>(arguments.integer(6, "rowOffset", 0, exactNumbers));
  arguments.expect(info[7].IsArray(), "Expected an array of typed arrays for outputs");
  const auto given = info[7].As<Napi::Array>();
  const auto& outputs = program.entries[run.entry].outputs;
  arguments.expect(given.Length() == outputs.size(), "Expected one array per output of the entry");
  Napi::Array held = Napi::Array::New(env, outputs.size() + 1);
  for (size_t i = 0; i < outputs.size(); i++) {
    const Napi::Value array = given.Get(static_cast<uint32_t>(i));
    const auto words = wordsOf(arguments, array, outputs[i].dtype, "an output");
    arguments.expect(static_cast<int64_t>(words.size()) == outputs[i].length * run.steps,
                     "Expected an array of steps times the output's length");
    run.outputs.push_back(words.data());
    held.Set(static_cast<uint32_t>(i), array);
  }
  held.Set(static_cast<uint32_t>(outputs.size()), info[0]);
  const auto threads = static_cast<int>(arguments.integer(8, "threads", 1, Pool::maxThreads));
  AbortFlag abort;
  if (!info[9].IsUndefined()) {
    abort = unwrapAbortFlag(info[9]);
    if (!abort) arguments.fail("Expected an abort handle or undefined");
  }
  Napi::Value promise;
  coded(env, [&] { promise = ProgramRun::start(env, program, std::move(run), held, threads, std::move(abort)); });
  return promise;
}

// programTimes(handle, entry) -> nanoseconds[]
Napi::Value programTimes(Info info) {
  Arguments arguments(info);
  LoadedProgram& program = idleProgram(info, arguments);
  const auto last = static_cast<int64_t>(program.entries.size()) - 1;
  const auto spent = program.executor->spent(static_cast<size_t>(arguments.integer(1, "entry", 0, last)));
  const Napi::Array times = Napi::Array::New(info.Env(), spent.size());
  for (size_t i = 0; i < spent.size(); i++)
    times.Set(static_cast<uint32_t>(i), Napi::Number::New(info.Env(), static_cast<double>(spent[i])));
  return times;
}

// freeProgram(handle)
void freeProgram(Info info) {
  const Arguments arguments(info);
  idleProgram(info, arguments).free(info.Env());
}

// cudaText(words: Int32Array) -> string
Napi::Value cudaText(Info info) {
  Arguments arguments(info);
  const auto words = arguments.array<int32_t>(0, "words");
  std::string text;
  coded(info.Env(), [&] {
    const std::vector<int32_t> copy(words.data, words.data + words.size);
    text = programText(decodeProgram(copy));
  });
  return Napi::String::New(info.Env(), text);
}

}  // namespace

void addProgramFunctions(Napi::Env env, Napi::Object exports) {
  const auto add = [&](const char* name, Napi::Value (*function)(Info)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  const auto addSilent = [&](const char* name, void (*function)(Info)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("kernelNames", &kernelNames);
  add("pointwiseNames", &listPointwise);
  add("devices", &listDevices);
  add("cudaText", &cudaText);
  add("createProgram", &createProgram);
  add("programInfo", &programInfo);
  addSilent("writeSlot", &writeSlot);
  addSilent("readSlot", &readSlot);
  add("runProgram", &runProgram);
  add("programTimes", &programTimes);
  addSilent("freeProgram", &freeProgram);
}

}  // namespace verisim
