// Opens LightGBM. Its OpenMP runtime reads how threads wait once, when it is loaded: threads that spin starve everybody
// on a busy machine (22 s of training in place of 0.4 s were seen), so they are told to sleep, for that moment only.
#include "lightgbm.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "old_glibc.h"
#include "program/coded_error.h"

namespace verisim {
namespace {

std::mutex opening;
std::atomic<const LightGbm*> opened{nullptr};

/// A variable of the environment that is set while this lives, unless the user has set it.
class TemporaryVariable {
 public:
  TemporaryVariable(const char* name, const char* value) : name_(name), wasSet_(std::getenv(name) != nullptr) {
    if (!wasSet_) setenv(name, value, 0);
  }
  ~TemporaryVariable() {
    if (!wasSet_) unsetenv(name_);
  }
  TemporaryVariable(const TemporaryVariable&) = delete;
  TemporaryVariable& operator=(const TemporaryVariable&) = delete;

 private:
  const char* name_;
  bool wasSet_;
};

template <class Function>
void find(void* library, const char* name, Function& pointer) {
  pointer = reinterpret_cast<Function>(dlsym(library, name));
  if (pointer == nullptr)
    throw CodedError("VERISIM_NATIVE_MISSING", std::string("The library has no function ") + name);
}

void ignore(const char*) {}

}  // namespace

void openLightGbm(const std::string& path) {
  const std::lock_guard<std::mutex> lock(opening);
  if (opened.load() != nullptr) return;
  void* library = nullptr;
  {
    const TemporaryVariable passive("OMP_WAIT_POLICY", "PASSIVE");
    const TemporaryVariable spinCount("GOMP_SPINCOUNT", "0");
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (library == nullptr) {
    const char* reason = dlerror();
    throw CodedError("VERISIM_NATIVE_MISSING", reason == nullptr ? "The library cannot be opened" : reason);
  }
  auto* const found = new LightGbm();
  try {
#define VERISIM_LGBM_FIND(name, parameters) find(library, "LGBM_" #name, found->name);
    VERISIM_LGBM_FUNCTIONS(VERISIM_LGBM_FIND)
#undef VERISIM_LGBM_FIND
    find(library, "LGBM_GetLastError", found->lastError);
  } catch (...) {
    delete found;
    throw;
  }
  opened.store(found);
}

const LightGbm& lightGbm() {
  const LightGbm* const found = opened.load();
  if (found == nullptr) throw CodedError("VERISIM_NATIVE_MISSING", "The library of LightGBM is not open");
  return *found;
}

void check(int status) {
  if (status != 0) throw CodedError("VERISIM_LIGHTGBM", lightGbm().lastError());
}

void silence() { check(lightGbm().RegisterLogCallback(&ignore)); }

}  // namespace verisim
