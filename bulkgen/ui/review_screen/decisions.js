// What a person decides about the prompt on the screen.

Object.assign(Screen.prototype, {
  choose(index) {
    const image = this.images[index]
    if (!image) return this.say(`There is no variation ${index + 1}.`)
    if (!isThere(image)) return this.say(`Variation ${image.number} ${WORDS[image.status]}.`)
    this.decide({ selected: [image.number], decided: true })
    this.goOn(`Variation ${image.number} selected.`)
  },

  none() {
    this.decide({ selected: [], decided: true })
    this.goOn("None selected.")
  },

  toggle() {
    const image = this.markedImage
    if (!image) return
    const { selected } = this.list.state(this.number)
    const others = selected.filter((number) => number !== image.number)
    const wanted = image.selected ? others : [...selected, image.number]
    this.decide({ selected: wanted, decided: wanted.length > 0 })
    this.paint()
    this.say(`Variation ${image.number} ${image.selected ? "selected" : "not selected"}.`)
  },

  star() {
    const image = this.markedImage
    if (!image) return
    const { starred } = this.list.state(this.number)
    const others = starred.filter((number) => number !== image.number)
    this.decide({ starred: image.starred ? others : [...starred, image.number] })
    this.paint()
    this.say(`Variation ${image.number} ${image.starred ? "starred" : "not starred"}.`)
  },

  undo() {
    const before = this.undone.pop()
    if (!before) return this.say("There is nothing to undo.")
    this.list.apply(before)
    this.journal.add(before)
    this.moveTo(before.prompt, `Undone. Prompt ${before.prompt} is as it was.`)
  },

  decide(changes) {
    const before = this.list.state(this.number)
    const after = { ...before, ...changes }
    this.undone.push(before)
    this.list.apply(after)
    this.journal.add(after)
  },

  redo() {
    if (this.list.isUnderWay(this.number)) return this.say("A variation is being made already.")
    this.trigger("redo", this.images[this.marked].id)
    this.say(`A variation is made, ${this.data.price}.`)
  },

  edit() {
    this.trigger("edit", this.images[this.marked].id)
  },
})
