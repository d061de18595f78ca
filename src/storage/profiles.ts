import { Prisma, type PrismaClient } from '../../prisma/generated/sqlite/client.ts'
import type { ProfileModel } from '../../prisma/generated/sqlite/models.ts'
import type { Profile, ProfileUser } from '../profile/profile.ts'
import type { ProfileRepository } from '../profile/repository.ts'
import { jsonIn, objectOut, stringsOut } from './json.ts'

interface ProfileRepositoryParts {
  client: PrismaClient
  /** The database's clock in epoch milliseconds: on SQLite, which is opened by one process alone, that process's. */
  clock: () => number
}

/** Keeps profiles in the table `profiles`. */
export function createProfileRepository({ client, clock }: ProfileRepositoryParts): ProfileRepository {
  const { profile: profiles } = client
  return {
    async candidates(base) {
      const now = clock()
      return { now, profiles: (await profiles.findMany({ where: { base }, omit })).map(profileOf) }
    },

    async create(base, { uid, ...profile }) {
      try {
        await profiles.create({
          data: { uid, base, ...columnsOf(profile), labels: {}, data: {} },
          select: { uid: true },
        })
        return true
      } catch (error) {
        if (isTaken(error)) return false
        throw error
      }
    },

    async refresh({ uid, ...next }) {
      const { count } = await profiles.updateMany({
        where: { uid, seqNo: next.seqNo - 1 },
        data: columnsOf(next),
      })
      return count > 0
    },

    async setEnabled(uid, enabled) {
      await profiles.updateMany({
        where: { uid, enabled: !enabled },
        data: { enabled, seqNo: { increment: 1 } },
      })
    },

    async setData({ uid, labels, seqNo }, data) {
      const { count } = await profiles.updateMany({
        where: { uid, seqNo: seqNo - 1 },
        data: { labels: jsonIn(labels), data: jsonIn(data), seqNo },
      })
      return count > 0
    },

    async find(uids) {
      return (await profiles.findMany({ where: { uid: { in: [...new Set(uids)] } }, omit })).map(profileOf)
    },

    async findWithData(uids) {
      const rows = await profiles.findMany({ where: { uid: { in: [...new Set(uids)] } } })
      return rows.map((row) => ({ ...profileOf(row), data: objectOut(row.data) }))
    },
  }
}

const omit = { data: true } as const

/** Whether a row with that key is there already. Source: Prisma's error reference, P2002. */
function isTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}

function columnsOf({ user, enabled, lastSynchronized, seqNo }: Omit<Profile, 'uid'>) {
  return { ...userColumnsOf(user), enabled, lastSynchronized, seqNo }
}

function userColumnsOf({ username, roles, fullName, email, realm }: ProfileUser) {
  return {
    username,
    roles: jsonIn(roles),
    fullName,
    email,
    realmName: realm.name,
    realmType: realm.type,
    realmDomain: realm.domain,
  }
}

function profileOf(row: Omit<ProfileModel, 'data'>): Profile {
  const { uid, enabled, username, fullName, email, realmName, realmType, realmDomain } = row
  return {
    uid,
    enabled,
    lastSynchronized: Number(row.lastSynchronized),
    user: {
      username,
      roles: stringsOut(row.roles),
      fullName,
      email,
      realm: { name: realmName, type: realmType, domain: realmDomain },
    },
    labels: objectOut(row.labels),
    seqNo: Number(row.seqNo),
  }
}
