// A flame graph: where a process has spent its CPU time. Every frame is as wide as the time it and what it called took;
// the root is at the bottom. Equal profiles make equal texts.

/** A profile as V8's sampling profiler makes it. Times are in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface Frame {
  readonly title: string
  readonly color: string
  readonly children: Map<string, Frame>
  self: number
  total: number
}

/** What takes the profile is none of the server's work. */
const ownProbe = 'bench/probe.ts'

const width = 1_200
const rowHeight = 16
const top = 44
/** Below this part of the whole a frame is left out, and so is what it called. More is, where the text gets too long. */
const narrowest = 0.003
const longest = 60_000

/** Whose code a frame is, by its URL, and in which color it is drawn. The first that fits counts. */
const owners: readonly (readonly [name: string, url: RegExp, color: string])[] = [
  ['prisma', /prisma/, '#a5b4fc'],
  ['pg', /node_modules\/pg/, '#67e8f9'],
  ['graphql', /node_modules\/(graphql|@graphql|@envelop|@whatwg-node|@pothos)/, '#f0abfc'],
  [
    'fastify',
    /node_modules\/(fastify|@fastify|find-my-way|avvio|light-my-request|secure-json-parse)/,
    '#fde047',
  ],
  ['other packages', /node_modules\//, '#d6d3d1'],
  ['node', /^(node:|$)/, '#86efac'],
  ['ours', /./, '#fb923c'],
]

/** Draws a profile as SVG. What is not CPU time is left out. */
export function flameGraph(title: string, profile: CpuProfile): string {
  const root = merged(profile)
  for (let least = narrowest; ; least *= 1.5) {
    const svg = drawn(title, root, least)
    if (svg.length < longest) return svg
  }
}

function merged({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const times = new Map<number, number>()
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const root: Frame = { title: 'all', color: '#e7e5e4', children: new Map(), self: 0, total: 0 }
  for (const id of nodes[0]?.children ?? []) root.total += add(id, root)
  return root

  function add(id: number, parent: Frame): number {
    const node = byId.get(id)
    if (!node) return 0
    const { functionName, url, lineNumber } = node.callFrame
    if (functionName === '(idle)' || url.endsWith(ownProbe)) return 0
    const [owner = '', , color = ''] = owners.find(([, pattern]) => pattern.test(url)) ?? []
    const place = url.replace(/^.*node_modules\//, '')
    const name = `${functionName || '(anonymous)'} ${place && `${place}:${lineNumber + 1} `}· ${owner}`
    const frame = parent.children.get(name) ?? { title: name, color, children: new Map(), self: 0, total: 0 }
    parent.children.set(name, frame)
    const self = times.get(id) ?? 0
    frame.self += self
    const total = (node.children ?? []).reduce((sum, child) => sum + add(child, frame), self)
    frame.total += total
    return total
  }
}

function drawn(title: string, root: Frame, least: number): string {
  const rows: string[] = []
  let depth = 0
  draw(root, 0, 0)
  const height = top + (depth + 1) * rowHeight + 4
  const legend = owners.map(([name, , color], n) => {
    return `<rect x="${4 + n * 130}" y="24" width="12" height="12" fill="${color}"/><text x="${20 + n * 130}" y="34">${name}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="4" y="15">${escaped(title)}</text>
${legend.join('\n')}
<g transform="translate(0 ${height - rowHeight - 4})">
${rows.join('\n')}
</g>
</svg>
`

  function draw(frame: Frame, x: number, level: number): void {
    depth = Math.max(depth, level)
    const part = frame.total / root.total
    const wide = part * width
    const percent = (time: number) => `${((time / root.total) * 100).toFixed(1)} %`
    const [label = ''] = frame.title.split(' ')
    const shown = label.slice(0, Math.floor((wide - 4) / 6.7))
    rows.push(
      `<g><title>${escaped(frame.title)}: ${percent(frame.total)}, itself ${percent(frame.self)}</title>` +
        `<rect x="${x.toFixed(1)}" y="${-level * rowHeight}" width="${wide.toFixed(1)}" height="15" fill="${frame.color}"/>` +
        `${shown.length > 2 || shown === label ? `<text x="${(x + 2).toFixed(1)}" y="${11 - level * rowHeight}">${escaped(shown)}</text>` : ''}</g>`,
    )
    let left = x
    const children = [...frame.children.values()].sort((one, other) => (one.title < other.title ? -1 : 1))
    for (const child of children) {
      if (child.total / root.total >= least) draw(child, left, level + 1)
      left += (child.total / root.total) * width
    }
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
