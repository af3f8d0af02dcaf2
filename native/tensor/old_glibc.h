// Included where one of these is called: functions that newer versions of glibc give again under a newer version (for
// no reason that matters here) are asked for by their first one, which every glibc has.
#pragma once

#if defined(__linux__) && defined(__has_include)
#if __has_include(<features.h>)
#include <features.h>
#endif
#endif

#if defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__)) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#if defined(__x86_64__)
#define VERISIM_GLIBC "GLIBC_2.2.5"
#else
#define VERISIM_GLIBC "GLIBC_2.17"
#endif
__asm__(".symver pow, pow@" VERISIM_GLIBC);
__asm__(".symver dlopen, dlopen@" VERISIM_GLIBC);
__asm__(".symver dlsym, dlsym@" VERISIM_GLIBC);
__asm__(".symver dlclose, dlclose@" VERISIM_GLIBC);
__asm__(".symver dlerror, dlerror@" VERISIM_GLIBC);
__asm__(".symver dladdr, dladdr@" VERISIM_GLIBC);
#undef VERISIM_GLIBC
#endif
