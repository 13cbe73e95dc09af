// The prompts of a job as this screen knows them; read from the server a window at a time.

const WINDOW = 25
const UNDER_WAY = new Set(["pending", "processing"])

class PromptList {
  constructor(address) {
    this.address = address
    this.prompts = new Map()
    this.reading = new Map()
    this.decided = []
    this.selected = []
  }

  async open() {
    const review = await this.read("")
    this.decided = review.decided
    this.selected = review.selected
    return review
  }

  async read(path) {
    const answer = await fetch(this.address + path, { cache: "no-store" })
    if (!answer.ok) throw await failure(answer)
    return answer.json()
  }

  get total() {
    return this.decided.length
  }

  get left() {
    return this.decided.filter((decided) => !decided).length
  }

  lacks(number) {
    return number >= 1 && number <= this.total && !this.prompts.has(number)
  }

  get(number) {
    return this.prompts.get(number)
  }

  // The window of a prompt; asking twice while it is on its way reads it once.
  load(number) {
    const first = number - ((number - 1) % WINDOW)
    if (!this.reading.has(first)) {
      const last = Math.min(first + WINDOW - 1, this.total)
      const reading = this.read(`/prompts?first=${first}&last=${last}`)
        .then((prompts) => prompts.forEach((prompt) => this.merge(prompt)))
        .finally(() => this.reading.delete(first))
      this.reading.set(first, reading)
    }
    return this.reading.get(first)
  }

  // What was decided here since stays; only what the server has made is new.
  merge(prompt) {
    const known = new Map(this.get(prompt.number)?.images.map((image) => [image.id, image]))
    for (const image of prompt.images) {
      const { selected, starred } = known.get(image.id) ?? image
      Object.assign(image, { selected, starred })
    }
    this.prompts.set(prompt.number, prompt)
  }

  isUnderWay(number) {
    return this.get(number)?.images.some((image) => UNDER_WAY.has(image.status)) ?? false
  }

  isDecided(number) {
    return Boolean(this.decided[number - 1])
  }

  // A prompt as a decision says it.
  state(number) {
    const images = this.get(number).images.filter(isThere)
    const numbers = (wanted) => images.filter(wanted).map((image) => image.number)
    return {
      prompt: number,
      decided: this.isDecided(number),
      shown: numbers(() => true),
      selected: numbers((image) => image.selected),
      starred: numbers((image) => image.starred),
    }
  }

  apply(state) {
    for (const image of this.get(state.prompt)?.images ?? []) {
      if (!state.shown.includes(image.number)) continue
      image.selected = state.selected.includes(image.number)
      image.starred = state.starred.includes(image.number)
    }
    this.decided[state.prompt - 1] = Number(state.decided)
    this.selected[state.prompt - 1] = state.selected.length
  }

  // The next prompt without a decision, from the beginning again at the end; null when none is left.
  undecidedAfter(number) {
    for (let step = 1; step <= this.total; step += 1) {
      const candidate = ((number - 1 + step) % this.total) + 1
      if (!this.isDecided(candidate)) return candidate
    }
    return null
  }
}

function isThere(image) {
  return image.status === "completed"
}
