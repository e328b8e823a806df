// Answers Gradmark's programs: one message in, one message out, over the two pipes it was given.
// What is said here is written down in conformance/docs/protocol.md.

import { readSync, writeSync } from 'node:fs'
import { RuntimeError, Tensor, isTracking, pushTracking } from './engine.mjs'

const [READING, WRITING] = ['GRADMARK_READ', 'GRADMARK_WRITE'].map(name => Number(process.env[name]))

class Missing extends Error {}
class Unreadable extends Error {}
class Interruption extends Error {}

function take(size) {
  const bytes = Buffer.alloc(size)
  for (let have = 0; have < size;) {
    const got = readSync(READING, bytes, have, size - have)
    if (got === 0) process.exit(0) // the host is gone
    have += got
  }
  return bytes
}

function receive() {
  const lengths = take(8)
  const header = JSON.parse(take(lengths.readUInt32LE(0)).toString())
  return [header, take(lengths.readUInt32LE(4))]
}

function send(header, payload = Buffer.alloc(0)) {
  const text = Buffer.from(JSON.stringify(header))
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32LE(text.length, 0)
  lengths.writeUInt32LE(payload.length, 4)
  const message = Buffer.concat([lengths, text, payload])
  for (let at = 0; at < message.length;) at += writeSync(WRITING, message, at)
}

// The constants of a program: JSON where JSON has them, an object with one key where it has not.
function operand(value, slots) {
  if (Array.isArray(value)) return value.map(item => operand(item, slots))
  if (value === null || typeof value !== 'object') return value
  const [[tag, body]] = Object.entries(value)
  switch (tag) {
    case 'ref':
      if (!slots.has(body)) throw new RuntimeError('a value that was never made is used')
      return slots.get(body)
    case 'tuple': return body.map(item => operand(item, slots))
    case 'float': return Number(body.replace('inf', 'Infinity'))
    case 'int': return Number(body)
    case 'fn': return closure(body, slots)
  }
  throw new Missing(`operands such as ${tag}`)
}

function closure([, parameters, body, result], outside) {
  return (...given) => {
    const slots = new Map(outside)
    parameters.forEach((slot, at) => slots.set(slot, given[at]))
    steps(body, slots, true)
    return operand(result, slots)
  }
}

// A context, which can also be put around a function.
function context(enter) {
  const around = given => (...args) => {
    const leave = enter()
    try {
      return given(...args)
    } finally {
      leave()
    }
  }
  return Object.assign(around, { enter })
}

const METHODS = new Set(('exp log sqrt tanh sigmoid relu abs sum mean reshape t matmul item detach ' +
  'clone requires_grad_ zero_').split(' '))
const ATTRIBUTES = new Set('grad data requires_grad is_leaf T'.split(' '))
const REFLECTED = {
  add: (number, x) => x.add(number),
  sub: (number, x) => x.neg().add(number),
  mul: (number, x) => x.mul(number),
  truediv: (number, x) => x.pow(-1).mul(number),
}
const BINARY = new Set('add sub mul truediv pow matmul'.split(' '))

function expect(known, name, what) {
  if (!known.has(name)) throw new Missing(`${what} ${name}`)
}

function tensor(value) {
  if (!(value instanceof Tensor)) throw new Missing('methods of what is no tensor')
  return value
}

function call(name, args, { requires_grad: tracked = false, ...more }) {
  if (Object.keys(more).length) throw new Missing(`${name} with ${Object.keys(more)[0]}`)
  if (name === 'is_grad_enabled') return isTracking()
  if (name === 'no_grad') return context(() => pushTracking(false))
  if (name === 'enable_grad') return context(() => pushTracking(true))
  if (name === 'set_grad_enabled') {
    const leave = pushTracking(args[0]) // it holds from here on, whether it is entered or not
    return context(() => leave)
  }
  const shape = args.flat()
  if (name === 'tensor') return Tensor.from(args[0], tracked)
  if (name === 'ones') return Tensor.filled(shape, 1, tracked)
  if (name === 'zeros') return Tensor.filled(shape, 0, tracked)
  throw new Missing(`a function ${name}`)
}

function method(name, [owner, ...args], { gradient, retain_graph: retain, ...more }) {
  if (name === 'backward' && Object.keys(more).length === 0) {
    tensor(owner).backward(args[0] ?? gradient ?? null, retain ?? args[1] ?? false)
    return null
  }
  expect(METHODS, name, 'a method')
  if (Object.keys(more).length || (args.length && 'sum mean'.includes(name))) {
    throw new Missing(`${name} with arguments`)
  }
  return tensor(owner)[name](...args)
}

function binary(name, left, right) {
  expect(BINARY, name, 'an operator')
  if (left instanceof Tensor) return left[name](right)
  if (!(name in REFLECTED)) throw new Missing(`a number on the left of ${name}`)
  return REFLECTED[name](left, tensor(right))
}

function assign(owner, name, value) {
  if (name === 'grad') tensor(owner).grad = value
  else if (name === 'requires_grad') tensor(owner).requires_grad_(value)
  else if (name === 'data') tensor(owner).values = value.values
  else throw new Missing(`an attribute ${name} that can be written`)
}

function probe(name, value, other) {
  if (name === 'kind') return kind(value)
  if (name === 'same') return value === other
  if (name === 'has') return value instanceof Tensor && (METHODS.has(other) || ATTRIBUTES.has(other))
  if (name === 'shape') return tensor(value).shape
  throw new Missing(`the ${name} of a value`)
}

// One step; what it returns goes into its slot.
function done(step, slots) {
  const args = (step.args ?? []).map(arg => operand(arg, slots))
  const named = Object.fromEntries(Object.entries(step.kw ?? {}).map(([k, v]) => [k, operand(v, slots)]))
  switch (step.op) {
    case 'call': return call(step.name, args, named)
    case 'method': return method(step.name, args, named)
    case 'attr':
      expect(ATTRIBUTES, step.name, 'an attribute')
      return tensor(args[0])[step.name]
    case 'setattr': return assign(args[0], step.name, args[1])
    case 'binary': return binary(step.name, ...args)
    case 'unary':
      if (step.name !== 'neg') throw new Missing(`an operator ${step.name}`)
      return tensor(args[0]).neg()
    case 'inplace':
      slots.set(step.outs[0], args[0])
      expect(BINARY, step.name, 'an operator')
      return tensor(args[0]).change(step.name, args[1])
    case 'index': return tensor(args[0]).index(args[1])
    case 'invoke': return args[0](...args.slice(1))
    case 'probe': return probe(step.name, ...args)
    case 'repeat': {
      let value = args[1]
      for (let n = 0; n < Number(step.name); n++) value = args[0](value)
      return value
    }
  }
  throw new Missing(`a step of kind ${step.op}`)
}

let at, seen

// `inner` steps are those of a function: what they observe is a list, in the order of its calls.
function steps(list, slots, inner = false) {
  for (const step of list) {
    at = step.n
    if (step.op === 'release') slots.delete(step.args[0].ref)
    else if (step.op === 'observe') note(step, observed(operand(step.args[0], slots)), inner)
    else if (step.op === 'throw') throw new Interruption()
    else if (step.op === 'with') within(step, slots, inner)
    else if (step.op === 'raises') note(step, refused(step, slots, inner), inner)
    else if (step.op === 'caught') caught(step, slots, inner)
    else {
      const value = done(step, slots)
      at = step.n
      if (step.outs) slots.set(step.outs[0], value)
    }
  }
}

function within(step, slots, inner) {
  const manager = operand(step.args[0], slots)
  if (typeof manager?.enter !== 'function') throw new Missing('a context that can be entered')
  const leave = manager.enter()
  try {
    steps(step.body, slots, inner)
  } finally {
    leave()
  }
}

function refused(step, slots, inner) {
  try {
    steps(step.body, slots, inner)
  } catch (error) {
    if (error instanceof Interruption || error instanceof Unreadable) throw error
    return { kind: 'raised', text: error.message, names: classes(error), step: at }
  }
  return { kind: 'returned' }
}

function caught(step, slots, inner) {
  try {
    steps(step.body, slots, inner)
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
  }
}

function classes(error) {
  const kind = error.constructor.name
  return kind === 'Missing' ? ['Missing'] : [kind, 'Exception', 'BaseException']
}

function note(step, value, inner) {
  const before = seen.find(one => one.mark === step.mark)
  if (before) before.value.items.push(value)
  else seen.push({ mark: step.mark, step: step.n, value: inner ? { kind: 'calls', items: [value] } : value })
}

function kind(value) {
  if (value === null || value === undefined) return 'none'
  if (value instanceof Tensor) return 'tensor'
  if (Array.isArray(value)) return 'sequence'
  return { boolean: 'bool', number: 'float', string: 'text' }[typeof value] ?? 'object'
}

// A value as it leaves; its bytes are copied at once, since the library may change them later.
function observed(value) {
  const is = kind(value)
  const numbers = (dtype, shape, { buffer, byteOffset, byteLength }) =>
    ({ kind: is, dtype, shape, bytes: Buffer.from(Buffer.from(buffer, byteOffset, byteLength)) })
  switch (is) {
    case 'tensor': return numbers('float64', value.shape, value.values)
    case 'float': return numbers('float64', [], Float64Array.of(value))
    case 'bool': return numbers('bool', [], Uint8Array.of(value))
    case 'sequence': return { kind: is, items: value.map(observed) }
    case 'text': return { kind: is, text: value }
    case 'none': return { kind: is }
  }
  throw new Unreadable(`a ${typeof value} instead of numbers`)
}

// Splits a value into what stands in the header and what stands in the payload, in the same order.
function packed({ kind, dtype = '', shape = [], bytes, items = [], text = '', names = [], step = 0 }, chunks) {
  if (bytes) chunks.push(bytes)
  return [kind, dtype, shape, items.map(item => packed(item, chunks)), text, names, step]
}

function run(program) {
  seen = []
  const trace = {}, chunks = []
  const leave = pushTracking(true)
  try {
    steps(program, new Map())
  } catch (error) {
    const missing = error instanceof Missing
    const reason = missing ? 'missing' : error instanceof Unreadable ? 'unreadable' : 'raised'
    const [told, lacks] = missing ? ['', error.message] : [error.stack.slice(0, 2000), '']
    trace.stop = [reason, at, classes(error), error.message, told, lacks]
  }
  leave()
  trace.seen = seen.map(({ mark, step, value }) => [mark, step, packed(value, chunks)])
  return [trace, Buffer.concat(chunks)]
}

for (;;) {
  const [{ id, do: asked }, payload] = receive()
  if (asked === 'open') {
    const opened = { library: 'node-engine', version: '1.0', profile: 'tensor', dtype: 'float64' }
    send({ id, is: 'opened', python: `node ${process.versions.node}`, opened })
  } else {
    const [trace, bytes] = run(JSON.parse(payload.toString()))
    send({ id, is: 'trace', trace }, bytes)
  }
}
