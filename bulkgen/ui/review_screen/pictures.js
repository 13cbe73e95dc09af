// Pictures, loaded and decoded before they are shown; the same node is shown again and again.

const RETRY_MS = 1000
const SLOWEST_RETRY_MS = 5000

class Pictures {
  constructor(addressOf) {
    this.addressOf = addressOf
    this.nodes = new Map()
  }

  get(image, description) {
    return this.nodes.get(image.id) ?? this.load(image, description)
  }

  load(image, description) {
    const node = new Image()
    node.alt = description
    node.decoding = "sync"
    node.draggable = false
    node.dataset.loading = ""
    this.nodes.set(image.id, node)
    this.request(image.id, node, RETRY_MS)
    return node
  }

  request(id, node, retryMs) {
    node.src = this.addressOf(id)
    node.decode().then(
      () => delete node.dataset.loading,
      () => {
        const again = () => {
          if (this.nodes.get(id) === node) {
            this.request(id, node, Math.min(2 * retryMs, SLOWEST_RETRY_MS))
          }
        }
        setTimeout(again, retryMs)
      },
    )
  }

  keepOnly(ids) {
    for (const id of this.nodes.keys()) if (!ids.has(id)) this.nodes.delete(id)
  }
}
