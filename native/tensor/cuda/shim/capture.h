// Work of the fake driver: a call that can be made at once, or kept in a captured graph and made again.
#pragma once

#include <functional>

namespace vshim {

/// Null, or what went wrong.
using Node = std::function<const char*()>;

/// Does the work now, or adds it to the stream's capture; a CUresult.
int submitWork(void* stream, Node node);

}  // namespace vshim
