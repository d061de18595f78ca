import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createAudit } from '../../src/audit/audit.ts'
import { openDestination } from '../../src/audit/destination.ts'
import { refused } from '../../src/authentication/realm.ts'
import { origin } from '../support/attempts.ts'

it.skipIf(!existsSync('/dev/full'))(
  'lines that are lost are told of every minute at most, and at once after the clock was put back',
  async () => {
    let now = 1_800_000_000_000
    const reports: number[] = []
    const audit = createAudit({
      destination: openDestination({ file: '/dev/full' }),
      ...{ onFailure: 'continue', nameKey: '', clock: () => now },
      report: (_, failures) => reports.push(failures),
    })
    const lose = async () => {
      audit.proof(
        { kind: 'password', username: 'ada', password: 'wrong' },
        { role: 'caller', origin },
        refused,
      )
      await audit.written(origin)
    }
    await lose()
    await lose()
    now += 59_999
    await lose()
    expect(reports).toEqual([1])
    now -= 3_600_000
    await lose()
    await lose()
    expect(reports).toEqual([1, 4])
    await audit.close()
  },
)
