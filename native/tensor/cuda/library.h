// A library that is opened when it is first wanted, and may well not be there: nothing of CUDA is linked. Once open it
// stays in memory: drivers keep threads.
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>

#include "../old_glibc.h"

namespace verisim {

class Library {
 public:
  Library() = default;
  Library(Library&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Library& operator=(Library&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }

  /// The first of the names that opens; the environment variable, where it is set, is the only one. `tried` says in words
  /// why each of the others did not.
  static Library open(const char* variable, std::initializer_list<const char*> names, std::string& tried) {
    Library library;
    const char* const given = std::getenv(variable);
    const auto attempt = [&](const char* name) {
      library.handle_ = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
      if (library.handle_ != nullptr) return true;
      const char* const why = dlerror();
      tried += (tried.empty() ? "" : "; ") + std::string(why != nullptr ? why : name);
      return false;
    };
    if (given != nullptr && *given != 0) {
      attempt(given);
      return library;
    }
    for (const char* name : names)
      if (attempt(name)) break;
    return library;
  }

  explicit operator bool() const { return handle_ != nullptr; }

  template <class F>
  F* symbol(const char* name) const {
    return reinterpret_cast<F*>(dlsym(handle_, name));
  }

 private:
  void* handle_ = nullptr;
};

}  // namespace verisim
