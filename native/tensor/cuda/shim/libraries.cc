// NVRTC and cuBLAS without NVIDIA, for tests. "Compiling" gives kernel text to g++, after shim.h, and the image is the path
// of the library made of it; libraries are kept by the hash of their text in VERISIM_SHIM_CACHE. Products are three loops.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "capture.h"

#define FAKE extern "C" __attribute__((visibility("default"))) int

namespace {

struct Program {
  std::string text, log, image;
};

std::string hashOf(const std::string& text) {
  uint64_t hash = 14695981039346656037u;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  char name[17];
  snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(hash));
  return name;
}

/// The table of the unit's kernels.
std::string footer(const std::string& text) {
  std::string rows;
  const std::string mark = "\nVS_KERNEL ";
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const size_t begin = at + mark.size();
    const std::string name = text.substr(begin, text.find('(', begin) - begin);
    rows += "  vshim::entry<&" + name + ">(\"" + name + "\"),\n";
  }
  return "static const vshim::Entry vshimEntries[] = {\n" + rows +
         "};\nextern \"C\" __attribute__((visibility(\"default\"))) const vshim::Unit* vshimUnit() {\n"
         "  static const vshim::Unit unit = {vshimEntries, sizeof vshimEntries / sizeof vshimEntries[0], &vshim::launch};\n"
         "  return &unit;\n}\n";
}

std::string quoted(const std::string& path) { return "'" + path + "'"; }

}  // namespace

FAKE nvrtcVersion(int* major, int* minor) {
  *major = 12;
  *minor = 9;
  return 0;
}
FAKE nvrtcCreateProgram(void** program, const char* text, const char*, int, const char* const*, const char* const*) {
  *program = new Program{text, "", ""};
  return 0;
}
FAKE nvrtcDestroyProgram(void** program) {
  delete static_cast<Program*>(*program);
  return 0;
}
FAKE nvrtcCompileProgram(void* handle, int, const char* const*) {
  auto* const program = static_cast<Program*>(handle);
  const char* const given = getenv("VERISIM_SHIM_CACHE");
  const std::string folder = given != nullptr ? given : "/tmp";
  const std::string source = "#include \"" VSHIM_FOLDER "/shim.h\"\n" + program->text + footer(program->text);
  std::string shim;
  for (const char* const name : {VSHIM_FOLDER "/shim.h", VSHIM_FOLDER "/switch.h"}) {
    std::ifstream header(name);
    shim.append(std::istreambuf_iterator<char>(header), {});
  }
  const std::string base = folder + "/" + hashOf(source + shim), library = base + ".so";
  if (access(library.c_str(), R_OK) != 0) {
    // Written under a name of this process: several may compile the same text.
    const std::string own = base + "." + std::to_string(getpid());
    std::ofstream(own + ".cc") << source;
    const std::string command = "g++ -std=c++20 -O1 -w -fPIC -shared -fvisibility=hidden -ffp-contract=off -U_FORTIFY_SOURCE -o " +
                                quoted(own + ".so") + " " + quoted(own + ".cc") + " > " + quoted(own + ".log") + " 2>&1";
    const bool good = system(command.c_str()) == 0;
    std::ifstream log(own + ".log");
    program->log.assign(std::istreambuf_iterator<char>(log), {});
    unlink((own + ".log").c_str());
    if (!good) return 6;
    unlink((own + ".cc").c_str());
    rename((own + ".so").c_str(), library.c_str());
  }
  program->image = "VSHIM " + library;
  return 0;
}
FAKE nvrtcGetProgramLogSize(void* program, size_t* size) {
  *size = static_cast<Program*>(program)->log.size() + 1;
  return 0;
}
FAKE nvrtcGetProgramLog(void* program, char* log) {
  strcpy(log, static_cast<Program*>(program)->log.c_str());
  return 0;
}
FAKE nvrtcGetCUBINSize(void* program, size_t* size) {
  *size = static_cast<Program*>(program)->image.size() + 1;
  return 0;
}
FAKE nvrtcGetCUBIN(void* program, char* image) {
  strcpy(image, static_cast<Program*>(program)->image.c_str());
  return 0;
}

// cuBLAS: a handle is the stream it works on.
FAKE cublasCreate_v2(void** handle) {
  *handle = new void*(nullptr);
  return 0;
}
FAKE cublasDestroy_v2(void* handle) {
  delete static_cast<void**>(handle);
  return 0;
}
FAKE cublasSetStream_v2(void* handle, void* stream) {
  *static_cast<void**>(handle) = stream;
  return 0;
}
FAKE cublasSetMathMode(void*, int) { return 0; }
FAKE cublasSgemmStridedBatched(void* handle, int transposeA, int transposeB, int m, int n, int k, const float* alpha,
                               const float* a, int lda, long long strideA, const float* b, int ldb, long long strideB,
                               const float* beta, float* c, int ldc, long long strideC, int batch) {
  if (lda < (transposeA ? k : m) || ldb < (transposeB ? n : k) || ldc < m) return 7;
  const float scale = *alpha, keep = *beta;
  return vshim::submitWork(*static_cast<void**>(handle), [=]() -> const char* {
    for (int z = 0; z < batch; z++)
      for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
          float sum = 0;
          for (int p = 0; p < k; p++) {
            const float x = a[z * strideA + (transposeA ? p + static_cast<long long>(i) * lda : i + static_cast<long long>(p) * lda)];
            const float y = b[z * strideB + (transposeB ? j + static_cast<long long>(p) * ldb : p + static_cast<long long>(j) * ldb)];
            sum += x * y;
          }
          float& place = c[z * strideC + i + static_cast<long long>(j) * ldc];
          place = scale * sum + (keep == 0 ? 0 : keep * place);
        }
    return nullptr;
  });
}
