// What is decided and not yet acknowledged by the server.
// Each decision lies in localStorage under a key of its own, so that two tabs never overwrite each
// other's, and stays there until the server has it.

const BATCH = 200
const SEND_AFTER_MS = 150
const LONGEST_WAIT_MS = 5000

class Journal {
  constructor(address, jobId, changed) {
    this.address = address
    this.prefix = `bulkgen.review.${jobId}.`
    this.positionKey = `bulkgen.review-position.${jobId}`
    this.clockAheadMs = 0
    this.changed = changed
    this.mount = newId()
    this.count = 0
    this.lastAt = 0
    this.failures = 0
    this.refusal = null
    this.sending = false
    this.timer = null
    this.waiting = new Map()
    this.position = Number(stored(this.positionKey)) || null
    this.positionWaits = this.position !== null
    for (const [key, text] of storedUnder(this.prefix)) {
      this.waiting.set(key, { mount: key.slice(this.prefix.length, -11), ...JSON.parse(text) })
    }
  }

  add(decision) {
    this.count += 1
    this.lastAt = Math.max(this.lastAt + 1, Date.now() - this.clockAheadMs)
    const entry = { number: this.count, at: this.lastAt, ...decision }
    const key = `${this.prefix}${this.mount}.${String(this.count).padStart(10, "0")}`
    this.waiting.set(key, { mount: this.mount, ...entry })
    store(key, JSON.stringify(entry))
    this.sendSoon()
  }

  moveTo(position) {
    this.position = position
    this.positionWaits = true
    store(this.positionKey, String(position))
    this.sendSoon()
  }

  get unsent() {
    return this.waiting.size
  }

  sendSoon(delayMs = SEND_AFTER_MS) {
    this.timer ??= setTimeout(() => {
      this.timer = null
      this.send()
    }, delayMs)
  }

  // Sends until nothing waits; true when that is so.
  async send() {
    if (this.sending) return false
    this.sending = true
    try {
      while (this.waiting.size || this.positionWaits) await this.postOrSkip(this.nextBatch())
      this.failures = 0
      return true
    } catch (error) {
      this.failures += 1
      if (error.refusal) this.refusal = error.message
      this.sendSoon(Math.min(500 * 2 ** this.failures, LONGEST_WAIT_MS))
      return false
    } finally {
      this.sending = false
      this.changed()
    }
  }

  // What an earlier page left and the server refuses stays in the browser and holds up nothing.
  async postOrSkip(keys) {
    try {
      await this.post(keys)
    } catch (error) {
      const isOwn = !keys.length || this.waiting.get(keys[0]).mount === this.mount
      if (isOwn || !error.refusal) throw error
      for (const key of keys) this.waiting.delete(key)
    }
  }

  // The last chance before the page goes: everything at once, whatever is under way.
  sendNow() {
    if (this.waiting.size || this.positionWaits) this.post(this.nextBatch()).catch(() => {})
  }

  nextBatch() {
    const keys = [...this.waiting.keys()].sort()
    const mount = keys.length ? this.waiting.get(keys[0]).mount : this.mount
    return keys.filter((key) => this.waiting.get(key).mount === mount).slice(0, BATCH)
  }

  async post(keys) {
    const entries = keys.map((key) => this.waiting.get(key))
    const position = this.positionWaits ? this.position : null
    const body = {
      mount: entries.length ? entries[0].mount : this.mount,
      position,
      decisions: entries.map(({ mount, ...decision }) => decision),
    }
    const answer = await fetch(`${this.address}/decisions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true,
    })
    if (!answer.ok) throw await failure(answer)
    this.refusal = null
    for (const key of keys) {
      this.waiting.delete(key)
      forget(key)
    }
    if (position !== null && position === this.position) {
      this.positionWaits = false
      if (stored(this.positionKey) === String(position)) forget(this.positionKey)
    }
  }
}

async function failure(answer) {
  const refusal = answer.status >= 400 && answer.status < 500
  const { reason } = await answer.json().catch(() => ({}))
  return Object.assign(new Error(reason || `The server answered ${answer.status}.`), { refusal })
}

function newId() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))]
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")
}

// A browser may forbid storage or have no room; decisions are then kept by this page alone.
function store(key, text) {
  try {
    localStorage.setItem(key, text)
  } catch {}
}

function stored(key) {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key)
  } catch {}
}

function storedUnder(prefix) {
  try {
    return Object.entries(localStorage).filter(([key]) => key.startsWith(prefix))
  } catch {
    return []
  }
}
