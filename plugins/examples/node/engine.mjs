// A small reverse-mode engine: tensors of doubles, broadcasting, and a graph that backward uses up.

export class RuntimeError extends Error {}

let tracking = true

export const isTracking = () => tracking

// Lets what follows make a graph or not; call what it returns to go back.
export function pushTracking(on) {
  const before = tracking
  tracking = on
  return () => { tracking = before }
}

const count = shape => shape.reduce((product, side) => product * side, 1)

function joined(a, b) {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, at) => {
    const [one, other] = [a, b].map(shape => shape[at - rank + shape.length] ?? 1)
    if (one !== other && one !== 1 && other !== 1) {
      throw new RuntimeError(`shapes [${a}] and [${b}] do not fit`)
    }
    return one === 1 ? other : one
  })
}

// For each place of `shape`, in order, the place in `from` that is repeated there.
function places(from, shape) {
  const skipped = shape.length - from.length
  const found = new Array(count(shape))
  for (let at = 0; at < found.length; at++) {
    let rest = at, place = 0, step = 1
    for (let d = shape.length - 1; d >= skipped; d--) {
      const side = from[d - skipped]
      place += (side === 1 ? 0 : rest % shape[d]) * step
      rest = Math.floor(rest / shape[d])
      step *= side
    }
    found[at] = place
  }
  return found
}

function summedTo(values, shape, wanted) {
  const sums = new Float64Array(count(wanted))
  places(wanted, shape).forEach((place, at) => { sums[place] += values[at] })
  return sums
}

const plain = value => (value instanceof Tensor ? value : new Tensor([Number(value)], []))

// An operation on one or two tensors, element by element, with a slope for each operand.
function elementwise(operands, value, ...slopes) {
  const shape = operands.map(x => x.shape).reduce(joined)
  const maps = operands.map(x => places(x.shape, shape))
  const at = i => operands.map((x, n) => x.values[maps[n][i]])
  const inputs = Array.from({ length: count(shape) }, (_, i) => at(i))
  const results = Float64Array.from(inputs, numbers => value(...numbers))
  return Tensor.result(results, shape, operands, upstream => operands.map((x, n) => {
    const flow = upstream.map((g, i) => g * slopes[n](...inputs[i], results[i]))
    return summedTo(flow, shape, x.shape)
  }))
}

export class Tensor {
  constructor(values, shape, requiresGrad = false) {
    this.values = Float64Array.from(values)
    this.shape = shape
    this.requires_grad = requiresGrad
    this.grad = null
    this.node = null // how it was made: operands, the way back, and whether that was used up
    this.version = 0 // how often it was changed in place
  }

  static from(nested, requiresGrad = false) {
    const shape = []
    for (let part = nested; Array.isArray(part); part = part[0]) shape.push(part.length)
    return new Tensor([nested].flat(Infinity).map(Number), shape, requiresGrad)
  }

  static filled(shape, value, requiresGrad = false) {
    return new Tensor(new Float64Array(count(shape)).fill(value), shape, requiresGrad)
  }

  static result(values, shape, operands, back) {
    const made = new Tensor(values, shape)
    if (tracking && operands.some(x => x.requires_grad)) {
      made.requires_grad = true
      const reached = operands.map(x => (x.requires_grad ? x : null)) // the others get nothing
      made.node = { operands, reached, back, versions: operands.map(x => x.version), used: false }
    }
    return made
  }

  get is_leaf() { return this.node === null }
  get data() { return this.view(this.shape) }
  get T() { return this.t() }

  add(other) { return elementwise([this, plain(other)], (a, b) => a + b, () => 1, () => 1) }
  sub(other) { return elementwise([this, plain(other)], (a, b) => a - b, () => 1, () => -1) }
  mul(other) { return elementwise([this, plain(other)], (a, b) => a * b, (a, b) => b, a => a) }
  truediv(other) {
    return elementwise([this, plain(other)], (a, b) => a / b, (a, b) => 1 / b, (a, b) => -a / (b * b))
  }
  pow(power) {
    if (power instanceof Tensor) throw new RuntimeError('the exponent has to be a number')
    return elementwise([this], a => a ** power, a => (power === 0 ? 0 : power * a ** (power - 1)))
  }
  neg() { return elementwise([this], a => -a, () => -1) }
  exp() { return elementwise([this], Math.exp, (a, y) => y) }
  log() { return elementwise([this], Math.log, a => 1 / a) }
  sqrt() { return elementwise([this], Math.sqrt, (a, y) => 0.5 / y) }
  tanh() { return elementwise([this], Math.tanh, (a, y) => 1 - y * y) }
  sigmoid() { return elementwise([this], a => 1 / (1 + Math.exp(-a)), (a, y) => y * (1 - y)) }
  relu() { return elementwise([this], a => Math.max(a, 0), a => (a > 0 ? 1 : 0)) }
  abs() { return elementwise([this], Math.abs, Math.sign) }

  sum() {
    const total = this.values.reduce((sum, value) => sum + value, 0)
    return Tensor.result([total], [], [this], ([g]) => [this.values.map(() => g)])
  }
  mean() { return this.sum().truediv(this.values.length) }

  reshape(...shape) {
    const known = -count(shape.flat())
    const wanted = shape.flat().map(side => (side === -1 ? this.values.length / known : side))
    if (count(wanted) !== this.values.length) throw new RuntimeError(`no shape [${wanted}] of [${this.shape}]`)
    return Tensor.result(this.values, wanted, [this], g => [g])
  }

  t() {
    if (this.shape.length < 2) return this.reshape(this.shape)
    const [rows, columns] = this.shape
    const turned = (values, height, width) =>
      values.map((_, at) => values[(at % height) * width + Math.floor(at / height)])
    return Tensor.result(turned(this.values, rows, columns), [columns, rows], [this],
      g => [turned(g, columns, rows)])
  }

  matmul(other) {
    if (this.shape.length === 1) {
      return this.reshape(1, -1).matmul(other).reshape(other.shape.slice(1))
    }
    if (other.shape.length === 1) {
      return this.matmul(other.reshape(-1, 1)).reshape(this.shape.slice(0, -1))
    }
    const [[rows, inner], [from, columns]] = [this.shape, other.shape]
    if (this.shape.length !== 2 || other.shape.length !== 2 || inner !== from) {
      throw new RuntimeError(`no product of shapes [${this.shape}] and [${other.shape}]`)
    }
    const product = (n, m, value) => Float64Array.from({ length: n * m },
      (_, at) => value(Math.floor(at / m), at % m))
    const dot = (length, term) => {
      let sum = 0
      for (let k = 0; k < length; k++) sum += term(k)
      return sum
    }
    const [a, b] = [this.values, other.values]
    const values = product(rows, columns, (i, j) => dot(inner, k => a[i * inner + k] * b[k * columns + j]))
    return Tensor.result(values, [rows, columns], [this, other], g => [
      product(rows, inner, (i, k) => dot(columns, j => g[i * columns + j] * b[k * columns + j])),
      product(inner, columns, (k, j) => dot(rows, i => a[i * inner + k] * g[i * columns + j])),
    ])
  }

  index(key) {
    if (!Number.isInteger(key)) throw new RuntimeError('an index has to be a whole number')
    const [side, ...rest] = this.shape
    const row = key < 0 ? key + side : key
    if (!(row >= 0 && row < side)) throw new RuntimeError(`index ${key} is out of range`)
    const size = count(rest)
    return Tensor.result(this.values.slice(row * size, (row + 1) * size), rest, [this], g => {
      const whole = new Float64Array(this.values.length)
      whole.set(g, row * size)
      return [whole]
    })
  }

  item() {
    if (this.values.length !== 1) throw new RuntimeError('only one element can become a number')
    return this.values[0]
  }

  // The same memory under another shape, outside of every graph.
  view(shape) {
    const made = new Tensor([], shape)
    made.values = this.values
    return made
  }
  detach() { return this.view(this.shape) }
  clone() { return Tensor.result(this.values, this.shape, [this], g => [g]) }

  requires_grad_(on = true) {
    if (!on && !this.is_leaf) throw new RuntimeError('only a leaf can stop to require a gradient')
    this.requires_grad = on
    return this
  }

  // In place; outside of no_grad only where no graph could be hurt.
  change(operator, other) {
    if (tracking && (this.requires_grad || plain(other).requires_grad)) {
      throw new RuntimeError('what requires a gradient is changed in place only without tracking')
    }
    this.values.set(this[operator](other).values)
    this.version += 1
    return this
  }
  zero_() { return this.change('mul', 0) }

  // Puts the gradients of this tensor into the leaves, adding to what is there.
  backward(gradient = null, retainGraph = false) {
    if (!this.requires_grad) throw new RuntimeError('it does not require a gradient, and has no graph')
    if (gradient === null && this.values.length !== 1) {
      throw new RuntimeError('a gradient can be left out for a single element only')
    }
    const start = gradient === null ? Tensor.filled(this.shape, 1) : plain(gradient)
    if (String(start.shape) !== String(this.shape)) {
      throw new RuntimeError(`the gradient has shape [${start.shape}], the result [${this.shape}]`)
    }
    const order = ordered(this)
    for (const { node } of order) {
      if (node?.used) throw new RuntimeError('backward was called a second time; keep it by retain_graph')
      if (node?.operands.some((x, n) => x.version !== node.versions[n])) {
        throw new RuntimeError('a value that backward needs was changed in place')
      }
    }
    const arrived = new Map([[this, start.values]])
    for (const tensor of order.reverse()) {
      const upstream = arrived.get(tensor)
      if (tensor.is_leaf) {
        tensor.grad ??= Tensor.filled(tensor.shape, 0)
        tensor.grad.values.forEach((value, at, all) => { all[at] = value + upstream[at] })
        continue
      }
      tensor.node.back(upstream).forEach((flow, n) => {
        const operand = tensor.node.reached[n]
        if (operand === null) return
        const before = arrived.get(operand)
        arrived.set(operand, before ? before.map((value, at) => value + flow[at]) : flow)
      })
      if (!retainGraph) tensor.node.used = true
    }
  }
}

// All that a tensor was made from, each after its operands; no recursion, so that no depth is too deep.
function ordered(root) {
  const order = [], seen = new Set([root]), stack = [[root, 0]]
  while (stack.length) {
    const top = stack[stack.length - 1]
    const next = top[0].node?.reached[top[1]++]
    if (next === undefined) {
      order.push(stack.pop()[0])
    } else if (next !== null && !seen.has(next)) {
      seen.add(next)
      stack.push([next, 0])
    }
  }
  return order
}
