import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import type { Fetch } from '../support/testApp.ts'
import { integrityOf } from './integrity.ts'
import { startLoad } from './load.ts'
import { losses } from './losses.ts'
import { populate, type People } from './people.ts'
import { activateByGraphql, activateByRest, putData, putUser } from './requests.ts'
import { serve, start } from './servedGateway.ts'
import { mounted, smallFiles, smallFileSystem } from './smallDisk.ts'
import { isUnavailable } from './unavailable.ts'

describe.each([smallFiles, smallFileSystem])('$name', { timeout: 60_000 }, (disk) => {
  const { missing, under, data, fill, free } = disk
  const title = 'is answered 503 at both doors, is no loss, and is over when there is space again'

  it.runIf(missing === null)(missing === null ? title : `cannot be had: ${missing}`, async () => {
    const folder = await temporaryFolder()
    const { process, fetch } = await serve(folder, { under })
    const people = await populate(fetch)
    const load = startLoad(fetch, people)
    await load.acknowledged(50)
    await fill(folder, process)
    await load.unavailable(50)
    await load.stop()
    await refusesWrites(fetch, people)
    expect(await losses(fetch, people), 'reads are answered all the same').toEqual([])

    await free(folder, process)
    const later = startLoad(fetch, people)
    await later.acknowledged(50)
    expect(await later.stop()).toMatchObject({ unavailable: 0, broken: 0, problems: [] })
    expect(load.seen(), process.out).toMatchObject({ broken: 0, problems: [] })
    expect(await losses(fetch, people)).toEqual([])

    // What a crash at this moment would leave.
    const copy = await temporaryFolder()
    await cp(data(folder, process), join(copy, 'data'), { recursive: true })
    expect(await process.stop()).toBe(0)
    expect(await integrityOf(join(copy, 'data/gateway.db'))).toBe('ok')
    const next = await serve(copy)
    expect(await losses(next.fetch, people)).toEqual([])
  })
})

describe('a gateway that is started on a disk that is too small', { timeout: 60_000 }, () => {
  const { missing } = smallFileSystem
  const title = 'ends with 78 and says why, wherever its start came to'

  it.runIf(missing === null)(missing === null ? title : `cannot be had: ${missing}`, async () => {
    const startOn = async (kilobytes: number) => {
      const under = mounted(`mkdir -p data; mount -t tmpfs -o size=${kilobytes}k none data`)
      const process = await start(await temporaryFolder(), { under })
      const address = await process.address().catch(() => null)
      return { process, serves: address !== null }
    }
    for (let kilobytes = 16; ; kilobytes += 16) {
      const { process, serves } = await startOn(kilobytes)
      if (serves) return
      const disk = `${kilobytes} KiB`
      expect([disk, await process.ended, process.err]).toEqual([disk, 78, process.err])
      expect(process.err, disk).toMatch(/^profile-gateway: [^\n]*disk[^\n]*\n$/)
    }
  })
})

/** Asks for one write of each kind, none of which can be done. */
async function refusesWrites(fetch: Fetch, { regulars: [person] }: People): Promise<void> {
  const [activation] = person?.activations.values() ?? []
  if (!person || !activation) throw new Error('nobody has a profile')
  const answers = [
    await activateByRest(fetch, person),
    await activateByGraphql(fetch, person),
    await putUser(fetch, person, person.users.send()),
    await putData(fetch, activation.uid, person.data.send()),
  ]
  expect(answers.filter((answer) => !isUnavailable(answer))).toEqual([])
}
