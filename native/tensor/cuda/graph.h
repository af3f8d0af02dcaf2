// One step of an entry as a CUDA graph: captured once, replayed for every step.
#pragma once

#include <memory>
#include <vector>

#include "lowering.h"

namespace verisim::cuda {

/// A module of a program's own kernels.
class OwnModule {
 public:
  OwnModule(std::shared_ptr<Gpu> gpu, const std::string& image);
  ~OwnModule();
  OwnModule(const OwnModule&) = delete;
  OwnModule& operator=(const OwnModule&) = delete;
  Module get() const { return module_; }

 private:
  std::shared_ptr<Gpu> gpu_;
  Module module_;
};

class StepGraph {
 public:
  /// Captures the work; the context must be current.
  StepGraph(std::shared_ptr<Gpu> gpu, const std::vector<Work>& work);
  ~StepGraph();
  StepGraph(const StepGraph&) = delete;
  StepGraph& operator=(const StepGraph&) = delete;

  void replay() const;

 private:
  void capture(const std::vector<Work>& work);
  void destroy() noexcept;

  std::shared_ptr<Gpu> gpu_;
  Graph graph_ = nullptr;
  GraphExec exec_ = nullptr;
};

/// Finds the kernels of the work, and checks that they take what was written for them where the driver can tell.
void resolve(std::vector<Work>& work, Gpu& gpu, const OwnModule* own);

}  // namespace verisim::cuda
