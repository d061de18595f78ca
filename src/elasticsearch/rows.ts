import { authenticate } from './authenticate.ts'
import { activateProfile } from './profile.ts'
import { deleteRole, getRoles, putRole } from './role.ts'
import { root } from './root.ts'
import type { AnyRow } from './row.ts'
import { changePassword, deleteUser, disableUser, enableUser, getUsers, putUser } from './user.ts'

/** Every endpoint of Elasticsearch's that the gateway answers. */
export const rows: readonly AnyRow[] = [
  root,
  authenticate,
  activateProfile,
  putUser,
  getUsers,
  deleteUser,
  changePassword,
  enableUser,
  disableUser,
  putRole,
  getRoles,
  deleteRole,
]
