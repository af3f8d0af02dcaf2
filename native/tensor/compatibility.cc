// Keeps the binary loadable with older C++ runtimes and C libraries than those it was built with (GCC 8's and glibc
// 2.28: RHEL 8 and later). Functions that are there in any version are dealt with in old_glibc.h.
#include <new>

#if defined(__linux__) && __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
// std::shared_ptr reads this since GCC 12; glibc has it from 2.32 on. Only this binary sees this one, which says what is
// always true here: there may be other threads.
char __libc_single_threaded = 0;
#endif

#if defined(__GLIBCXX__)
namespace std {

// std::allocator calls this since GCC 11; the symbol is not in older libraries. Only this binary sees this one.
[[noreturn]] void __throw_bad_array_new_length() { throw bad_array_new_length(); }

}  // namespace std
#endif
