import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { databasePlace } from '../../src/storage/databasePlace.ts'

describe('where a database is', () => {
  it.each([
    ['file:./data/gateway.db', `SQLite, ${resolve('data/gateway.db')}`],
    ['file:///srv/a%20b.db', 'SQLite, /srv/a b.db'],
    ['postgres://user:s3cret@db.example.com:6432/profiles?sslmode=require', 'db.example.com:6432/profiles'],
    ['postgresql://user:s3cret@127.0.0.1/profiles', '127.0.0.1:5432/profiles'],
    ['postgres://user:s3cret@[::1]/profiles', '[::1]:5432/profiles'],
    ['postgres://user:s3cret@db/profiles?host=/var/run/postgresql', '/var/run/postgresql:5432/profiles'],
    ['postgres://user:s3cret@db', 'db:5432'],
  ])('is said of %s, without who opens it and how', (url, place) => {
    expect(databasePlace(url)).toBe(url.startsWith('file:') ? place : `PostgreSQL, ${place}`)
  })

  it.each([
    ['file://elsewhere/a.db', /^cannot open file:\/\/elsewhere\/a\.db: after file:\/\/ it has to be a path/],
    [
      'postgres://user:s3cret@db/profiles?schema=one',
      /^cannot open postgres:\/\/db\/profiles: unknown parameter schema: expected /,
    ],
  ])('is refused of %s in the words of who would open it', (url, message) => {
    expect(() => databasePlace(url)).toThrow(message)
  })
})
