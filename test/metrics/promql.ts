/** What an expression of PromQL reads: the samples it names, and the labels by which it selects and groups them. */
export interface Reading {
  readonly names: readonly string[]
  readonly labels: readonly string[]
}

/** Reads as much of PromQL as our dashboard and our alerts speak. */
export function readingOf(expression: string): Reading {
  const labels: string[] = []
  const bare = expression
    .replaceAll(/\{([^}]*)\}/g, (_, matchers: string) => {
      for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"[^"]*"/g)) labels.push(label)
      return ''
    })
    .replaceAll(/\bby\s*\(([^)]*)\)/g, (_, names: string) => {
      labels.push(...names.split(',').map((name) => name.trim()))
      return ''
    })
    .replaceAll(/\[[^\]]*\]/g, '')
  const names = [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\s*\(|\w)/g)].map(([name]) => name)
  return { names: [...new Set(names)], labels: [...new Set(labels)] }
}
