import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** Source: sched(7). */
const policies = { other: '0', idle: '5' }

const module = new URL('../../src/cli/backgroundThreads.ts', import.meta.url).href

/** In a process of its own, whose threads are lowered: how they are scheduled then, and when that is taken back. */
const program = `
  import { readdirSync, readFileSync } from 'node:fs'
  import { lowerBackgroundThreads } from '${module}'
  const policies = () => {
    const stats = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/stat', 'utf8'))
    const ours = stats.filter((stat) => stat.includes('(libuv-worker)'))
    return [...new Set(ours.map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]))]
  }
  const takeBack = await lowerBackgroundThreads(process.argv[1] === 'idle')
  const lowered = policies()
  await takeBack()
  console.log(JSON.stringify([lowered, policies()]))`

function scheduled(mayBeIdle: 'idle' | 'other'): unknown {
  const args = ['--input-type=module', '--eval', program, mayBeIdle]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

describe.skipIf(!existsSync('/usr/bin/chrt'))(
  'threads that hash, where policies can be set (/usr/bin/chrt)',
  () => {
    it('are idle until that is taken back', () => {
      expect(scheduled('idle')).toEqual([[policies.idle], [policies.other]])
    })

    it('are not where they may not be', () => {
      expect(scheduled('other')).toEqual([[policies.other], [policies.other]])
    })
  },
)
