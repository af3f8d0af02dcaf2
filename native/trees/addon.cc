// The bindings: each function reads its arguments, checks how they belong together, and starts work off the JavaScript
// thread. Above each: its TypeScript signature, as packages/trees/src/native.ts declares it.
#include <napi.h>

#include "arguments.h"
#include "chain_bindings.h"
#include "training.h"

namespace verisim {
namespace {

using Info = const Napi::CallbackInfo&;

// openLibrary(path)
void openLibrary(Info info) {
  Arguments arguments(info);
  const std::string path = arguments.text(0, "path");
  try {
    openLightGbm(path);
  } catch (...) {
    throw errorOf(info.Env(), failureOfException());
  }
}

Examples readExamples(Arguments& arguments, size_t first, const char* name, bool optional) {
  Examples examples;
  if (optional && arguments.isUndefined(first)) return examples;
  examples.columns = arguments.columns(first, name);
  examples.labels = arguments.floats(first + 1, "labels");
  if (!arguments.isUndefined(first + 2)) examples.weights = arguments.floats(first + 2, "weights");
  const auto rows = static_cast<size_t>(examples.columns.rows);
  arguments.expect(rows > 0, "Expected at least one row");
  arguments.expect(examples.labels.size() == rows, "Expected one label per row");
  arguments.expect(examples.weights.empty() || examples.weights.size() == rows, "Expected one weight per row");
  return examples;
}

// beginTraining(columns, labels, weights?, watchedColumns?, watchedLabels?, watchedWeights?, names, parameters, abort?)
//   -> training
Napi::Value beginTraining(Info info) {
  Arguments arguments(info);
  Examples learnt = readExamples(arguments, 0, "columns", false);
  Examples watched = readExamples(arguments, 3, "watchedColumns", true);
  const std::vector<std::string> names = arguments.texts(6, "names");
  const std::string parameters = arguments.text(7, "parameters");
  const size_t width = learnt.columns.data.size();
  arguments.expect(names.size() == width, "Expected one name per column");
  arguments.expect(watched.columns.rows == 0 || watched.columns.data.size() == width,
                   "Expected as many watched columns as columns");
  return arguments.start(8, [=, learnt = std::move(learnt), watched = std::move(watched)](Abort abort) -> Result {
    auto training = std::make_shared<Training>();
    training->begin(learnt, watched, names, parameters, abort);
    return std::make_shared<TrainingHandle>(std::move(training));
  });
}

// growTraining(training, rounds, losses?, abort?) -> rounds done
Napi::Value growTraining(Info info) {
  Arguments arguments(info);
  const auto training = arguments.training(0);
  const int64_t rounds = arguments.integer(1, "rounds", 0, 1'000'000);
  double* losses = nullptr;
  if (!arguments.isUndefined(2)) {
    const auto out = arguments.array<double>(2, "losses");
    arguments.expect(out.size >= rounds, "Expected room for one loss per round");
    losses = out.data;
  }
  return arguments.start(3, [=](Abort abort) -> Result {
    const TrainingHandle::Use use(*training);
    return static_cast<double>(use->grow(rounds, losses, abort));
  });
}

// trainingText(training, rounds) -> text
Napi::Value trainingText(Info info) {
  Arguments arguments(info);
  const auto training = arguments.training(0);
  const int64_t rounds = arguments.integer(1, "rounds", 0, 1'000'000);
  return arguments.start(2, [=](Abort) -> Result {
    const TrainingHandle::Use use(*training);
    return use->text(rounds);
  });
}

// freeTraining(training): its memory goes back now, or when work that runs is done
void freeTraining(Info info) {
  Arguments arguments(info);
  arguments.training(0)->free();
}

// loadModel(text) -> model
Napi::Value loadModel(Info info) {
  Arguments arguments(info);
  const std::string text = arguments.text(0, "text");
  arguments.expect(text.find('\0') == std::string::npos, "Expected a text without zero characters");
  return arguments.start(1, [=](Abort) -> Result { return std::make_shared<const Model>(text); });
}

// modelInfo(model) -> [features, outputs, iterations]
Napi::Value modelInfo(Info info) {
  Arguments arguments(info);
  const auto model = arguments.model(0);
  const Napi::Array result = Napi::Array::New(info.Env(), 3);
  result.Set(0u, Napi::Number::New(info.Env(), model->features()));
  result.Set(1u, Napi::Number::New(info.Env(), model->outputs()));
  result.Set(2u, Napi::Number::New(info.Env(), model->iterations()));
  return result;
}

// predict(model, columns, raw, threads, out, abort?)
Napi::Value predict(Info info) {
  Arguments arguments(info);
  const auto model = arguments.model(0);
  const Columns columns = arguments.columns(1, "columns");
  const bool raw = arguments.flag(2, "raw");
  const auto threads = static_cast<int>(arguments.integer(3, "threads", 1, 256));
  const auto out = arguments.array<double>(4, "out");
  arguments.expect(static_cast<int>(columns.data.size()) == model->features(), "Expected the model's columns");
  arguments.expect(out.size == columns.rows * model->outputs(), "Expected out to hold the model's outputs per row");
  return arguments.start(5, [=](Abort abort) -> Result {
    model->predict(columns, raw, threads, out.data, abort);
    return 0.0;
  });
}

// importance(model, gain, out)
void importance(Info info) {
  Arguments arguments(info);
  const auto model = arguments.model(0);
  const bool gain = arguments.flag(1, "gain");
  const auto out = arguments.array<double>(2, "out");
  arguments.expect(out.size == model->features(), "Expected out to hold one number per column");
  try {
    const std::vector<double> values = model->importance(gain);
    std::copy(values.begin(), values.end(), out.data);
  } catch (...) {
    throw errorOf(info.Env(), failureOfException());
  }
}

// createAbort() -> handle
Napi::Value createAbort(Info info) { return wrapAbortFlag(info.Env()); }

// abort(handle)
void setAbort(Info info) {
  Arguments arguments(info);
  const AbortFlag flag = unwrapAbortFlag(info[0]);
  arguments.expect(static_cast<bool>(flag), "Expected an abort handle");
  flag.get()->store(true);
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("version", Napi::String::New(env, VERISIM_VERSION));
  const auto add = [&](const char* name, auto function) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("openLibrary", &openLibrary);
  add("beginTraining", &beginTraining);
  add("growTraining", &growTraining);
  add("trainingText", &trainingText);
  add("freeTraining", &freeTraining);
  add("loadModel", &loadModel);
  add("modelInfo", &modelInfo);
  add("predict", &predict);
  add("importance", &importance);
  add("createAbort", &createAbort);
  add("abort", &setAbort);
  addChain(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(verisim_trees, initialise)

}  // namespace verisim
