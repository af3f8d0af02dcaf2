// How a bound step cuts its work: waking helpers costs microseconds, so short work stays on the calling thread and long
// work is cut into pieces of about as long as ten wake-ups. No result may depend on where the cuts are.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/job.h"

namespace verisim {

constexpr double worthHelpers = 15e3;  // nanoseconds
constexpr double pieceOfWork = 20e3;
constexpr double longestPiece = 50 * pieceOfWork;  // one thread, too, hears of an abort now and then

/// The same job, on the calling thread alone where `nanoseconds` of work are not worth a helper.
inline Job sizedJob(Job& job, double nanoseconds) {
  return {job.pool, nanoseconds < worthHelpers ? 1 : job.threads, job.abort};
}

/// `body(begin, end)` over [0, count), each unit costing about `nanoseconds`; pieces begin at multiples of `multiple`.
template <class Body>
void overUnits(Job& job, int64_t count, double nanoseconds, int64_t multiple, Body&& body) {
  if (count <= 0) return;
  const double total = static_cast<double>(count) * nanoseconds;
  if (total < worthHelpers || (job.threads == 1 && total < longestPiece)) return body(int64_t{0}, count);
  // All pieces of a length: a last one of a few units would leave its thread waiting.
  const auto wanted = std::max(static_cast<int64_t>(total / pieceOfWork), std::min<int64_t>(2, job.threads));
  const int64_t pieces = std::min(wanted, count);
  const int64_t grain = ((count + pieces - 1) / pieces + multiple - 1) / multiple * multiple;
  job.range(count, grain, body);
}

}  // namespace verisim
