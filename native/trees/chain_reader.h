// A chain comes from a model file: everything in it is checked before anything is drawn from it.
#pragma once

#include <vector>

#include "arguments.h"
#include "chain.h"

namespace verisim {

/// One column of a chain, which leads nowhere but to its own lists and to the columns before it.
ChainColumn readChainColumn(Arguments& arguments, const Napi::Object& entry, const std::vector<ChainColumn>& before);

/// What a condition leaves of a column of the chain.
AllowedOutcomes readAllowed(Arguments& arguments, const Napi::Object& entry, const Chain& chain);

}  // namespace verisim
