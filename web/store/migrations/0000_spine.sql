CREATE TABLE `artifact_refs` (
	`runId` text NOT NULL,
	`stepPath` text NOT NULL,
	`sha256` text NOT NULL,
	`kind` text NOT NULL,
	`mediaType` text NOT NULL,
	`name` text NOT NULL,
	`bytes` integer NOT NULL,
	`capturedAt` text NOT NULL,
	PRIMARY KEY(`runId`, `stepPath`, `sha256`, `kind`),
	FOREIGN KEY (`runId`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `artifact_refs_sha256` ON `artifact_refs` (`sha256`);--> statement-breakpoint
CREATE TABLE `artifacts` (
	`sha256` text PRIMARY KEY NOT NULL,
	`bytes` integer NOT NULL,
	`createdAt` text NOT NULL,
	`createdBy` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `artifacts_by` ON `artifacts` (`createdBy`,`createdAt`);--> statement-breakpoint
CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`actorKind` text NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`outcome` text NOT NULL,
	`detail` text,
	`prevHash` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_action` ON `audit` (`action`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_target` ON `audit` (`target`,`seq`);--> statement-breakpoint
CREATE TABLE `idempotency` (
	`actor` text NOT NULL,
	`key` text NOT NULL,
	`bodyHash` text NOT NULL,
	`runId` text NOT NULL,
	`createdAt` text NOT NULL,
	PRIMARY KEY(`actor`, `key`)
);
--> statement-breakpoint
CREATE TABLE `interventions` (
	`nodeId` text NOT NULL,
	`id` text NOT NULL,
	`at` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`nodeId`, `id`)
);
--> statement-breakpoint
CREATE INDEX `interventions_at` ON `interventions` (`at`);--> statement-breakpoint
CREATE TABLE `node_tokens` (
	`sha256` text PRIMARY KEY NOT NULL,
	`nodeId` text NOT NULL,
	`createdAt` text NOT NULL,
	`revokedAt` text,
	FOREIGN KEY (`nodeId`) REFERENCES `nodes`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `nodes` (
	`id` text PRIMARY KEY NOT NULL,
	`createdAt` text NOT NULL,
	`lastSeenAt` text,
	`facts` text
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`runId` text NOT NULL,
	`createdAt` text NOT NULL,
	`doneAt` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`lastError` text,
	FOREIGN KEY (`runId`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`id`) WHERE "outbox"."doneAt" is null;--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`runbook` text NOT NULL,
	`runbookHash` text NOT NULL,
	`planHash` text NOT NULL,
	`plan` text NOT NULL,
	`node` text NOT NULL,
	`status` text NOT NULL,
	`dryRun` integer NOT NULL,
	`params` text NOT NULL,
	`triggerKind` text NOT NULL,
	`triggerBy` text NOT NULL,
	`concurrencyKey` text,
	`startedAt` text NOT NULL,
	`endedAt` text,
	`summary` text,
	`error` text,
	`cancelRequestedAt` text,
	`cancelRequestedBy` text,
	`temporalRunId` text,
	`revision` integer DEFAULT 0 NOT NULL,
	`stepsDone` integer DEFAULT 0 NOT NULL,
	`stepsTotal` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `runs_status` ON `runs` (`status`,`id`);--> statement-breakpoint
CREATE INDEX `runs_runbook` ON `runs` (`runbook`,`id`);--> statement-breakpoint
CREATE INDEX `runs_node` ON `runs` (`node`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `runs_one_active_per_key` ON `runs` (`concurrencyKey`) WHERE "runs"."concurrencyKey" is not null and "runs"."endedAt" is null;--> statement-breakpoint
CREATE TABLE `sessions` (
	`sha256` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`createdAt` text NOT NULL,
	`expiresAt` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `signin_codes` (
	`sha256` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`createdBy` text NOT NULL,
	`expiresAt` text NOT NULL,
	`usedAt` text
);
--> statement-breakpoint
CREATE TABLE `steps` (
	`runId` text NOT NULL,
	`path` text NOT NULL,
	`position` integer NOT NULL,
	`id` text NOT NULL,
	`title` text NOT NULL,
	`uses` text NOT NULL,
	`place` text NOT NULL,
	`status` text NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`seq` integer DEFAULT 0 NOT NULL,
	`startedAt` text,
	`endedAt` text,
	`waitingOn` text,
	`reason` text,
	`summary` text,
	`outputs` text,
	`error` text,
	`tolerated` integer,
	PRIMARY KEY(`runId`, `path`),
	FOREIGN KEY (`runId`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `tokens` (
	`sha256` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`createdAt` text NOT NULL,
	`revokedAt` text
);
--> statement-breakpoint
CREATE TABLE `transitions` (
	`runId` text NOT NULL,
	`stepPath` text NOT NULL,
	`attempt` integer NOT NULL,
	`phase` text NOT NULL,
	`seq` integer NOT NULL,
	`at` text NOT NULL,
	`body` text NOT NULL,
	`recordedAt` text NOT NULL,
	PRIMARY KEY(`runId`, `stepPath`, `attempt`, `phase`),
	FOREIGN KEY (`runId`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `transitions_order` ON `transitions` (`runId`,`seq`);