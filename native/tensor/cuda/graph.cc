// Capture and replay. Between the beginning and the end of a capture nothing may throw: a stream left in capture would
// refuse all later work.
#include "graph.h"

#include "program/coded_error.h"

namespace verisim::cuda {
namespace {

Result launchOne(const Gpu& gpu, const Work& work) {
  std::vector<void*> arguments(work.sizes.size());
  const char* at = work.bytes.data();
  for (size_t i = 0; i < arguments.size(); i++) {
    arguments[i] = const_cast<char*>(at);
    at += (work.sizes[i] + 7) / 8 * 8;
  }
  return gpu.api().launch(work.function, work.grid[0], work.grid[1], 1, work.threads, 1, 1, 0, gpu.stream(),
                          arguments.data(), nullptr);
}

}  // namespace

OwnModule::OwnModule(std::shared_ptr<Gpu> gpu, const std::string& image) : gpu_(std::move(gpu)), module_(gpu_->load(image)) {}

OwnModule::~OwnModule() {
  Context popped;
  if (gpu_->api().contextPush(gpu_->context()) != success) return;
  gpu_->api().moduleUnload(module_);
  gpu_->api().contextPop(&popped);
}

StepGraph::StepGraph(std::shared_ptr<Gpu> gpu, const std::vector<Work>& work) : gpu_(std::move(gpu)) {
  try {
    capture(work);
    gpu_->check(gpu_->api().graphInstantiate(&exec_, graph_, 0), "cuGraphInstantiate");
  } catch (...) {
    destroy();
    throw;
  }
}

StepGraph::~StepGraph() {
  Context popped;
  if (gpu_->api().contextPush(gpu_->context()) != success) return;
  destroy();
  gpu_->api().contextPop(&popped);
}

void StepGraph::destroy() noexcept {
  if (exec_ != nullptr) gpu_->api().graphExecDestroy(exec_);
  if (graph_ != nullptr) gpu_->api().graphDestroy(graph_);
}

void StepGraph::capture(const std::vector<Work>& work) {
  const Api& api = gpu_->api();
  gpu_->check(api.captureBegin(gpu_->stream(), captureThreadLocal), "cuStreamBeginCapture");
  Result failed = success;
  std::string what;
  for (const Work& one : work) {
    if (one.blas) {
      if (!gpu_->blas()->multiply(one.blas->a, one.blas->b, one.blas->c, one.blas->product, what)) break;
    } else {
      failed = launchOne(*gpu_, one);
      what = "cuLaunchKernel " + one.kernel;
    }
    if (failed != success) break;
    what.clear();
  }
  const Result ended = api.captureEnd(gpu_->stream(), &graph_);
  if (failed == success && !what.empty()) throw CodedError("VERISIM_CUDA_FAILED", what);
  gpu_->check(failed, what.c_str());
  gpu_->check(ended, "cuStreamEndCapture");
}

void StepGraph::replay() const { gpu_->check(gpu_->api().graphLaunch(exec_, gpu_->stream()), "cuGraphLaunch"); }

void resolve(std::vector<Work>& work, Gpu& gpu, const OwnModule* own) {
  for (Work& one : work) {
    if (one.blas) continue;
    one.function = one.generated ? gpu.functionOf(own->get(), one.kernel) : gpu.function(one.kernel);
    if (gpu.api().parameter == nullptr) continue;
    for (size_t i = 0;; i++) {
      size_t offset = 0, size = 0;
      if (gpu.api().parameter(one.function, i, &offset, &size) != success) {
        if (i == one.sizes.size()) break;
        size = 0;
      }
      if (i >= one.sizes.size() || size != one.sizes[i])
        throw CodedError("VERISIM_CUDA_FAILED", "internal: parameter " + std::to_string(i) + " of kernel " + one.kernel +
                                                    " is not what was written for it");
    }
  }
}

}  // namespace verisim::cuda
