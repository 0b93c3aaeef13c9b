import { createUploadLocks } from "../../src/upload/locks.ts";
import { locksContract } from "./locks-contract.ts";

locksContract("in memory", createUploadLocks);
