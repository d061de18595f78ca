import type { PrismaClient } from '../../prisma/generated/sqlite/client.ts'
import type { Role } from '../authorization/role.ts'
import type { RoleRepository } from '../authorization/roleRepository.ts'
import { jsonIn, objectOut } from './json.ts'

/** Keeps roles in the table `roles`. */
export function createRoleRepository({ role: roles }: PrismaClient): RoleRepository {
  return {
    async list(names) {
      const where = names ? { name: { in: [...names] } } : {}
      const rows = await roles.findMany({ where, orderBy: { name: 'asc' } })
      return rows.map(({ name, definition }) => ({ ...(objectOut(definition) as unknown as Role), name }))
    },

    async put({ name, ...role }) {
      const definition = jsonIn(role)
      const { revision } = await roles.upsert({
        where: { name },
        create: { name, definition, revision: 1 },
        update: { definition, revision: { increment: 1 } },
        select: { revision: true },
      })
      return revision === 1
    },

    async delete(name) {
      const { count } = await roles.deleteMany({ where: { name } })
      return count > 0
    },
  }
}
