import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readdir, readFile, readlink, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gatewayCommand, Process } from './cliProcess.ts'
import { atTerminal, noTerminal } from './cli/terminal.ts'
import { mounted, smallFileSystem } from './crash/smallDisk.ts'
import { gatewayMain } from './support/gatewayMain.ts'
import { lines, exported, imported } from './support/transferring.ts'
import { broken, prepared, profiles, stillEmpty, user } from './transferProcess.ts'

const { missing } = smallFileSystem

describe('import', { timeout: 60_000 }, () => {
  it('says the first hundred of what is refused, or writes all of it to a file that only its owner may read', async () => {
    const { command, write, read, folder } = await prepared()
    await write('a.ndjson', lines(...Array.from({ length: 250 }, () => broken)))
    const { err } = await command('import', 'a.ndjson')
    expect(err.match(/user \[eve\]/g)).toHaveLength(100)
    const reported = await command('import', '--report', 'report.txt', 'a.ndjson')
    expect(reported).toMatchObject({ code: 1, out: `${stillEmpty}refused: 250\n` })
    expect(reported.err).not.toMatch(/\beve\b/)
    expect(
      (await read('report.txt')).match(/^a\.ndjson:\d+ \(byte \d+\): user \[eve\]: .*\n/gm),
    ).toHaveLength(250)
    expect((await stat(join(folder, 'report.txt'))).mode & 0o777).toBe(0o600)
    expect(await command('import', '--report', 'report.txt', 'a.ndjson')).toMatchObject({
      code: 78,
      err: 'profile-gateway: cannot write report.txt: it is there already (EEXIST)\n',
    })
    const itself = await command('import', '--report', 'a.ndjson', 'a.ndjson')
    expect(itself).toMatchObject({ code: 64 })
    expect(await read('a.ndjson')).toContain('eve')
  })

  it('reads standard input, and what is packed with gzip, whatever it is called', async () => {
    const { command, write, folder, url } = await prepared()
    await write(
      'packed',
      Buffer.concat([gzipSync(lines(user)), gzipSync(lines({ ...user, username: 'bob' }))]),
    )
    expect(await command('import', 'packed')).toMatchObject({
      code: 0,
      out: stillEmpty.replace('users: 0', 'users: 2'),
    })
    const piped = spawn(process.execPath, [gatewayMain, 'import'], {
      cwd: folder,
      env: { ...process.env, DATABASE_URL: url },
    })
    piped.stdin.end(lines({ ...user, username: 'cid' }))
    expect(await once(piped, 'close')).toEqual([0, null])
    expect(await exported(url)).toContain('"cid"')
  })

  it('takes - for standard input, also between files', async () => {
    const { folder, write, url } = await prepared()
    await write('a.ndjson', lines(user))
    await write('b.ndjson', lines({ ...user, username: 'bob' }))
    const command = `${gatewayCommand} import a.ndjson - < b.ndjson`
    const shell = new Process('bash', ['-c', command], folder, { DATABASE_URL: url })
    expect(await shell.ended).toBe(0)
    expect(shell.out).toBe(stillEmpty.replace('users: 0', 'users: 2'))
  })

  it('says what a damaged file lacks, and takes what can be read', async () => {
    const { command, write } = await prepared()
    const packed = gzipSync(lines(...profiles(3000)))
    await write('short.gz', packed.subarray(0, packed.length - 200))
    const { code, out, err } = await command('import', 'short.gz')
    expect(code).toBe(1)
    expect(out).toMatch(/profiles: [12],\d+ imported/)
    expect(err).toContain('what is packed with gzip is damaged, or ends too early')
  })

  it('says what a file seems to be that is none, and nothing of what it holds', async () => {
    const { command, write } = await prepared()
    const json = lines({ ...user, username: 's3cret' })
    const tar = Buffer.alloc(1024)
    tar.write('s3cret.ndjson')
    tar.write('ustar', 257)
    const files: readonly [name: string, content: Buffer | string, reason: string][] = [
      ['zip', 'PK\x03\x04 s3cret', 'packed with zip: unpack it first'],
      ['bzip2', 'BZh91AY&SY s3cret', 'packed with bzip2: unpack it first'],
      ['xz', Buffer.from('\xfd7zXZ\0 s3cret', 'latin1'), 'packed with xz: unpack it first'],
      ['zstd', zstdCompressSync(json), 'packed with zstd: unpack it first'],
      ['gzip', gzipSync(gzipSync(json)), 'packed with gzip twice: unpack it once'],
      ['tar', gzipSync(tar), 'packed with tar: unpack it first'],
      ['sqlite', 'SQLite format 3\0 s3cret', 'an SQLite database: expected what export has written of it'],
      ['utf16', Buffer.from(`\uFEFF${json}`, 'utf16le'), 'UTF-16: expected UTF-8'],
      ['utf16-plain', Buffer.from(json, 'utf16le'), 'UTF-16: expected UTF-8'],
      ['utf16-big', Buffer.from(json, 'utf16le').swap16(), 'UTF-16: expected UTF-8'],
      ['html', '\n<!doctype html><p>s3cret', 'HTML or XML: expected JSON'],
    ]
    for (const [name, content] of files) await write(name, content)
    await write('good', lines(user))
    const { code, out, err } = await command('import', '--dry-run', ...files.map(([name]) => name), 'good')
    expect(code).toBe(1)
    expect(out).toContain(`refused: ${files.length}\n`)
    expect(err.split('\n').filter((line) => line.includes(' (byte 0): '))).toEqual(
      files.map(([name, , reason]) => `${name}:1 (byte 0): it seems to be ${reason}`),
    )
    expect(err).not.toContain('s3cret')
  })

  it('ends with 78 if a file cannot be read, before it opens anything', async () => {
    const { command, folder } = await prepared()
    const { code, out, err } = await command('import', 'none.ndjson', '.')
    expect({ code, out, err }).toEqual({
      code: 78,
      out: '',
      err: 'profile-gateway: cannot read what is to be imported\n  none.ndjson: there is no such file (ENOENT)\n  .: it is a folder\n',
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('in a dry run leaves the file as it is, byte by byte', async () => {
    const { command, write, url } = await prepared()
    await write('a.ndjson', lines(user, ...profiles(10)))
    await imported(url, lines(user))
    const file = url.replace('file:', '')
    const before = await readFile(file)
    expect(await command('import', '--dry-run', '--replace', 'a.ndjson')).toMatchObject({ code: 0 })
    expect(await readFile(file)).toEqual(before)
  })

  it('ends with 78 while a gateway has the file open', async () => {
    const { command, start, write, url } = await prepared()
    await write('a.ndjson', lines(user))
    const served = start('serve')
    await served.address()
    const open = `profile-gateway: cannot open ${url}: another gateway has it open, and only one may: stop it\n`
    expect(await command('import', 'a.ndjson')).toMatchObject({ code: 78, out: '', err: open })
    expect(await command('export')).toMatchObject({ code: 78, out: '', err: open })
    await served.stop()
    expect(await command('import', 'a.ndjson')).toMatchObject({ code: 0 })
  })
})

describe('export', { timeout: 60_000 }, () => {
  it('makes a file that only its owner may read, and leaves one that is there', async () => {
    const { command, url, read, folder } = await prepared()
    await imported(url, lines(user))
    expect(await command('export', '-o', 'out.ndjson')).toMatchObject({ code: 0, out: '' })
    const content = await read('out.ndjson')
    expect(content).toBe(await exported(url))
    expect((await stat(join(folder, 'out.ndjson'))).mode & 0o777).toBe(0o600)
    await imported(url, lines({ ...user, username: 'bob' }))
    expect(await command('export', '-o', 'out.ndjson')).toMatchObject({
      code: 78,
      err: expect.stringContaining(
        'cannot write out.ndjson: it is there already: --force replaces it',
      ) as unknown,
    })
    expect(await read('out.ndjson')).toBe(content)
    expect(await command('export', '-o', 'out.ndjson', '--force')).toMatchObject({ code: 0 })
    expect(await read('out.ndjson')).toContain('"bob"')
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('partial'))
  })
  it('replaces nothing but a file, and is no file that is called -', async () => {
    const { command, url, folder } = await prepared()
    await imported(url, lines(user))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    for (const args of [['pipe'], ['pipe', '--force'], ['.', '--force']]) {
      const { code, out, err } = await command('export', '-o', ...args)
      expect([code, out]).toEqual([78, ''])
      expect(err).toContain(`cannot write ${args[0]}: it is there already, and is no regular file\n`)
    }
    expect((await stat(join(folder, 'pipe'))).isFIFO()).toBe(true)
    expect(await command('export', '-o', '-', '--force')).toMatchObject({ code: 0, out: await exported(url) })
    expect(await readdir(folder)).toEqual(['pipe'])
  })

  it('replaces no link, and no file that one leads to', async () => {
    const { command, write, read, url, folder } = await prepared()
    await imported(url, lines(user))
    await write('older.ndjson', 'older')
    await symlink('older.ndjson', join(folder, 'link'))
    await symlink('nowhere', join(folder, 'dangling'))
    for (const args of [['link'], ['link', '--force'], ['dangling', '--force']])
      expect(await command('export', '-o', ...args)).toMatchObject({
        ...{ code: 78, out: '' },
        err: expect.stringContaining(
          `cannot write ${args[0]}: it is there already, and is a link\n`,
        ) as unknown,
      })
    expect([await read('link'), await readlink(join(folder, 'link'))]).toEqual(['older', 'older.ndjson'])
    expect(await readdir(folder)).toEqual(['dangling', 'link', 'older.ndjson'])
  })
})

describe.skipIf(noTerminal)(`export at a terminal${noTerminal}`, { timeout: 60_000 }, () => {
  it('shows password hashes only where that is asked for', async () => {
    const { folder, url } = await prepared()
    await imported(url, lines(user))
    const run = async (args: string) => {
      const process = atTerminal(`exec ${gatewayCommand} export ${args}`, folder, { DATABASE_URL: url })
      return { code: await process.ended, out: process.out }
    }
    const { code, out } = await run('')
    expect([code, out.split('\r\n', 1)]).toEqual([
      64,
      [
        'error: name a file with -o, or pipe it on: an export holds password hashes, and is not shown on a terminal',
      ],
    ])
    expect(await run('-o out.ndjson')).toMatchObject({ code: 0 })
    expect(await run('-o -')).toMatchObject({ code: 0, out: expect.stringContaining('"ada"') as string })
  })
})

describe('export and import', { timeout: 60_000 }, () => {
  it('end with 78 on a damaged file, and say what helps', async () => {
    const { command, write, url } = await prepared()
    await write('a.ndjson', lines(...profiles(1_000)))
    await imported(url, lines(...profiles(1_000)))
    const damage = async (from: number, end: number) => {
      const handle = await open(url.replace('file:', ''), 'r+')
      const { size } = await handle.stat()
      const begin = from < 0 ? size + from : from
      await handle.write(Buffer.alloc(end - from, 0xff), 0, end - from, begin)
      await handle.close()
    }
    const damaged = 'profile-gateway: the database cannot be used: it is damaged, restore a backup\n'
    await damage(-400_000, 0)
    for (const args of [['export'], ['import', '--replace', 'a.ndjson']]) {
      const { code, err } = await command(...args)
      expect([args, code, err.slice(-damaged.length)]).toEqual([args, 78, damaged])
      expect(err).not.toContain('    at ')
    }
    // Its schema.
    await damage(100, 4_000)
    expect(await command('export')).toMatchObject({
      code: 78,
      err: `profile-gateway: cannot open ${url}: it is damaged, restore a backup\n`,
    })
  })

  it.runIf(missing === null)('say that the disk of the database is full', async () => {
    const { folder, write } = await prepared()
    await write('a.ndjson', lines(...profiles(20_000)))
    const disk = mounted('mkdir -p data; mount -t tmpfs -o size=2m none data')
    const command = `${disk} ${gatewayCommand} import a.ndjson`
    const shell = new Process('bash', ['-c', command], folder)
    expect(await shell.ended).toBe(69)
    expect(shell.err).toMatch(/\nprofile-gateway: the database cannot be used: the disk is full\n$/)
  })
})
