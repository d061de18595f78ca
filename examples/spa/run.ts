import { startExample } from './start.ts'

const example = await startExample()
console.log(`Open ${example.page} in a browser. Control-C ends it, and leaves nothing behind.`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void example.close())
