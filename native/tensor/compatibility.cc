// Keeps the binary loadable with older C++ runtimes than the one it was built with (GCC 8's: RHEL 8 and later).
#include <new>

#if defined(__GLIBCXX__)
namespace std {

// std::allocator calls this since GCC 11; the symbol is not in older libraries. Only this binary sees this one.
[[noreturn]] void __throw_bad_array_new_length() { throw bad_array_new_length(); }

}  // namespace std
#endif
