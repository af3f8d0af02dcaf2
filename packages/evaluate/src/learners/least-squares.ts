// Least squares of smallest norm where columns depend on each other: Householder triangularisation, then the singular
// values of the triangle by one-sided Jacobi rotations (G. Golub, C. Van Loan, "Matrix Computations", sections 5.2 and 8.6).
// Squaring the matrix instead would lose half of the digits.

export interface LinearFit {
  readonly weights: Float64Array;
  readonly intercept: number;
}

const epsilon = 2 ** -52;
const mostSweeps = 60;

/**
 * Weights and intercept that minimise the squared errors.
 *
 * @param x `rows` x `width` numbers, row by row
 */
export function leastSquares(x: Float64Array, rows: number, width: number, y: Float64Array): LinearFit {
  const means = new Float64Array(width);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < width; at++) means[at]! += x[row * width + at]! / rows;
  const mean = y.reduce((sum, value) => sum + value / rows, 0);
  // Column by column, centred: what follows walks along columns.
  const columns = Array.from({ length: width }, (_, at) =>
    Float64Array.from({ length: rows }, (_, row) => x[row * width + at]! - means[at]!),
  );
  const target = Float64Array.from(y, (value) => value - mean);
  const { triangle, projected } = triangularise(columns, target);
  const limit = Math.max(rows, width) * epsilon;
  const weights = smallestSolution(triangle, projected, limit);
  const intercept = mean - weights.reduce((sum, weight, at) => sum + weight * means[at]!, 0);
  return { weights, intercept };
}

/** Reflects columns and target until the columns are an upper triangle; both are overwritten. */
function triangularise(
  columns: Float64Array[],
  target: Float64Array,
): { triangle: Float64Array[]; projected: Float64Array } {
  const rows = target.length;
  const height = Math.min(rows, columns.length);
  for (let at = 0; at < height; at++) {
    const pivot = columns[at]!;
    let norm = 0;
    for (let row = at; row < rows; row++) norm += pivot[row]! ** 2;
    norm = Math.sqrt(norm);
    if (norm === 0) continue;
    const first = pivot[at]! > 0 ? -norm : norm;
    const reflector = pivot.slice(at);
    reflector[0]! -= first;
    const square = dot(reflector, reflector);
    if (square === 0) continue;
    for (const own of [...columns.slice(at), target]) {
      let product = 0;
      for (let row = at; row < rows; row++) product += reflector[row - at]! * own[row]!;
      const times = (2 * product) / square;
      for (let row = at; row < rows; row++) own[row]! -= times * reflector[row - at]!;
    }
  }
  return {
    triangle: columns.map((own, at) =>
      Float64Array.from({ length: height }, (_, row) => (row <= at ? own[row]! : 0)),
    ),
    projected: target.slice(0, height),
  };
}

/** Rotates pairs of columns until all are at right angles: A V = U S. */
function smallestSolution(triangle: Float64Array[], projected: Float64Array, limit: number): Float64Array {
  const width = triangle.length;
  const rotations = triangle.map((_, at) =>
    Float64Array.from({ length: width }, (_, row) => (row === at ? 1 : 0)),
  );
  for (let sweep = 0, turned = true; turned && sweep < mostSweeps; sweep++) {
    turned = false;
    for (let p = 0; p < width; p++)
      for (let q = p + 1; q < width; q++) {
        const [a, b] = [triangle[p]!, triangle[q]!];
        const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
        if (gamma === 0 || Math.abs(gamma) <= epsilon * Math.sqrt(alpha * beta)) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        rotate(a, b, cosine, cosine * tangent);
        rotate(rotations[p]!, rotations[q]!, cosine, cosine * tangent);
      }
  }
  const sizes = triangle.map((own) => Math.sqrt(dot(own, own)));
  const most = sizes.reduce((largest, size) => Math.max(largest, size), 0);
  const weights = new Float64Array(width);
  for (const [at, size] of sizes.entries()) {
    if (size <= limit * most || size === 0) continue;
    const part = dot(triangle[at]!, projected) / (size * size);
    for (let row = 0; row < width; row++) weights[row]! += part * rotations[at]![row]!;
  }
  return weights;
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let row = 0; row < a.length; row++) {
    const [first, second] = [a[row]!, b[row]!];
    a[row] = cosine * first - sine * second;
    b[row] = sine * first + cosine * second;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
