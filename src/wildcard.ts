/** Whether the text fits a pattern in which `*` stands for any characters. Linear, whatever the pattern. */
export function fitsWildcard(pattern: string, text: string): boolean {
  return wildcard(pattern)(text)
}

/** The same, for a pattern that many texts are compared with. */
export function wildcard(pattern: string): (text: string) => boolean {
  const [head = '', ...middle] = pattern.split('*')
  const tail = middle.pop()
  if (tail === undefined) return (text) => text === pattern
  return (text) => {
    if (!text.startsWith(head)) return false
    let position = head.length
    for (const part of middle) {
      const found = text.indexOf(part, position)
      if (found < 0) return false
      position = found + part.length
    }
    return position + tail.length <= text.length && text.endsWith(tail)
  }
}
