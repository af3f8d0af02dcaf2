# Writes the texts of CUDA kernels into a C++ file, as they stand: they are compiled later, by NVRTC. Run at build time:
#   cmake -DOUTPUT=file.cc -DFILES=a.cu,b.cuh -P embed.cmake
string(REPLACE "," ";" files "${FILES}")
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND rows "    {\"${name}\", R\"VS_TEXT(${text})VS_TEXT\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"cuda/texts.h\"

namespace verisim {
namespace {
constexpr KernelText texts[] = {
${rows}};
}  // namespace
std::span<const KernelText> kernelTexts() { return texts; }
}  // namespace verisim
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
