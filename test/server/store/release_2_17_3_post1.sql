PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE experiments (
	experiment_id TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	description TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	namespace TEXT NOT NULL, 
	storage_state TEXT NOT NULL, 
	last_run_created_at BIGINT NOT NULL, 
	PRIMARY KEY (experiment_id), 
	UNIQUE (namespace, display_name)
);
INSERT INTO "experiments" VALUES('3aa4e942-b49e-4e09-ba92-a2bd038b94fc','Default','All runs created without specifying an experiment will be grouped here.',1795593821,'','AVAILABLE',0);
INSERT INTO "experiments" VALUES('3e8fbd46-b5f7-483a-ac32-3659d488833a','forecasts','with ümlaut',1795593821,'','AVAILABLE',1795593827);
INSERT INTO "experiments" VALUES('7c6cdd1d-1a8f-4c21-988c-ccc9eb0c4577','old ones','',1795593821,'','ARCHIVED',0);
CREATE TABLE pipeline_versions (
	pipeline_version_id TEXT NOT NULL, 
	pipeline_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	description TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	package_url TEXT NOT NULL, 
	code_source_url TEXT NOT NULL, 
	pipeline_spec JSON, 
	platform_spec JSON, 
	tags JSON, 
	PRIMARY KEY (pipeline_version_id), 
	FOREIGN KEY(pipeline_id) REFERENCES pipelines (pipeline_id) ON DELETE CASCADE, 
	UNIQUE (pipeline_id, name)
);
INSERT INTO "pipeline_versions" VALUES('16f1a2fb-9e8c-433e-89a4-892b9bae6eaf','544111ee-1583-4f25-8c24-6afc0fe881ec','first','first','',1795593821,'','','{"pipelineInfo":{"name":"first"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["echo hello"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}}}}',NULL,NULL);
INSERT INTO "pipeline_versions" VALUES('40468944-87b6-4012-9507-00f41ad7fa52','544111ee-1583-4f25-8c24-6afc0fe881ec','second','second','',1795593821,'','','{"pipelineInfo":{"name":"first"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["echo again"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}}}}',NULL,'{"stage":"b"}');
CREATE TABLE pipelines (
	pipeline_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	description TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	namespace TEXT NOT NULL, 
	tags JSON, 
	PRIMARY KEY (pipeline_id), 
	UNIQUE (namespace, name)
);
INSERT INTO "pipelines" VALUES('544111ee-1583-4f25-8c24-6afc0fe881ec','first','first','',1795593821,'','{"team":"x"}');
CREATE TABLE runs (
	run_id TEXT NOT NULL, 
	experiment_id TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	description TEXT NOT NULL, 
	storage_state TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	scheduled_at BIGINT NOT NULL, 
	finished_at BIGINT NOT NULL, 
	service_account TEXT NOT NULL, 
	pipeline_id TEXT NOT NULL, 
	pipeline_version_id TEXT NOT NULL, 
	recurring_run_id TEXT NOT NULL, 
	pipeline_spec JSON, 
	runtime_config JSON, 
	error JSON, 
	state_history JSON, 
	plugins_input JSON, 
	plugins_output JSON, 
	PRIMARY KEY (run_id)
);
INSERT INTO "runs" VALUES('3911a7ed-7d6e-4eef-8acd-c003915bc1d9','3e8fbd46-b5f7-483a-ac32-3659d488833a','succeeded','','ARCHIVED','SUCCEEDED',1795593821,1795593821,1795593822,'pipeline-runner','','','','{"pipelineInfo":{"name":"shell"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["true"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}},"inputDefinitions":{"parameters":{"n":{"parameterType":"NUMBER_INTEGER"}}}}}','{"parameters":{"n":3}}',NULL,'[{"update_time":1795593821,"state":"PENDING"},{"update_time":1795593821,"state":"RUNNING"},{"update_time":1795593822,"state":"SUCCEEDED"}]',NULL,NULL);
INSERT INTO "runs" VALUES('846dd66e-01f9-4397-a1e0-e9f185145bc3','3e8fbd46-b5f7-483a-ac32-3659d488833a','failed','','AVAILABLE','FAILED',1795593821,1795593821,1795593823,'pipeline-runner','','','','{"pipelineInfo":{"name":"shell"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["echo oh no; exit 3"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}}}}',NULL,'{"code":13,"message":"task ''step'' failed: exited with code 3: oh no; the local server runs commands on this machine and not in image ''none''"}','[{"update_time":1795593821,"state":"PENDING"},{"update_time":1795593822,"state":"RUNNING"},{"update_time":1795593823,"state":"FAILED"}]',NULL,NULL);
INSERT INTO "runs" VALUES('3e7be619-0f5b-4da5-916e-9c3ba4449f15','3e8fbd46-b5f7-483a-ac32-3659d488833a','of a version','','AVAILABLE','SUCCEEDED',1795593821,1795593821,1795593824,'pipeline-runner','544111ee-1583-4f25-8c24-6afc0fe881ec','40468944-87b6-4012-9507-00f41ad7fa52','',NULL,NULL,NULL,'[{"update_time":1795593821,"state":"PENDING"},{"update_time":1795593823,"state":"RUNNING"},{"update_time":1795593824,"state":"SUCCEEDED"}]',NULL,NULL);
INSERT INTO "runs" VALUES('4dcec1fe-d676-45dc-885a-108b822457e3','3e8fbd46-b5f7-483a-ac32-3659d488833a','with a platform','','AVAILABLE','SUCCEEDED',1795593824,1795593824,1795593825,'pipeline-runner','','','','{"pipeline_spec":{"pipelineInfo":{"name":"shell"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["true"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}}}},"platform_spec":{"platforms":{"kubernetes":{"deploymentSpec":{"executors":{}}}}}}',NULL,NULL,'[{"update_time":1795593824,"state":"PENDING"},{"update_time":1795593824,"state":"RUNNING"},{"update_time":1795593825,"state":"SUCCEEDED"}]',NULL,NULL);
INSERT INTO "runs" VALUES('ec9623f0-67be-42b8-b556-95eec2ba9e2d','3e8fbd46-b5f7-483a-ac32-3659d488833a','terminated','','AVAILABLE','FAILED',1795593825,1795593825,1795593826,'pipeline-runner','','','','{"pipelineInfo":{"name":"shell"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["sleep 30"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}}}}',NULL,'{"code":13,"message":"terminated by request"}','[{"update_time":1795593825,"state":"PENDING"},{"update_time":1795593825,"state":"RUNNING"},{"update_time":1795593826,"state":"CANCELING"},{"update_time":1795593826,"state":"FAILED"}]',NULL,NULL);
INSERT INTO "runs" VALUES('48ac1cb1-0077-4351-a6c2-c74c8ecb4d99','3e8fbd46-b5f7-483a-ac32-3659d488833a','running','','AVAILABLE','RUNNING',1795593826,1795593826,0,'pipeline-runner','','','','{"pipelineInfo":{"name":"shell"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["sleep 60"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}}}}',NULL,NULL,'[{"update_time":1795593826,"state":"PENDING"},{"update_time":1795593826,"state":"RUNNING"}]',NULL,NULL);
INSERT INTO "runs" VALUES('8245143a-afd5-4725-9b2d-b012da38b8c2','3e8fbd46-b5f7-483a-ac32-3659d488833a','waiting','','AVAILABLE','PENDING',1795593827,1795593827,0,'pipeline-runner','','','','{"pipelineInfo":{"name":"shell"},"schemaVersion":"2.1.0","sdkVersion":"kfp-2.14.6","components":{"comp-step":{"executorLabel":"exec-step"}},"deploymentSpec":{"executors":{"exec-step":{"container":{"command":["sh","-c"],"args":["true"],"image":"none"}}}},"root":{"dag":{"tasks":{"step":{"componentRef":{"name":"comp-step"},"taskInfo":{"name":"step"}}}}}}',NULL,NULL,'[{"update_time":1795593827,"state":"PENDING"}]',NULL,NULL);
INSERT INTO "runs" VALUES('cd98e34d-a1dd-46ec-8e78-4f6fa843c613','3e8fbd46-b5f7-483a-ac32-3659d488833a','waiting for a version','','AVAILABLE','PENDING',1795593827,1795593827,0,'pipeline-runner','544111ee-1583-4f25-8c24-6afc0fe881ec','40468944-87b6-4012-9507-00f41ad7fa52','',NULL,NULL,NULL,'[{"update_time":1795593827,"state":"PENDING"}]',NULL,NULL);
INSERT INTO "runs" VALUES('7b0d8667-161c-4b7c-88d8-0c04b38e3ac8','3e8fbd46-b5f7-483a-ac32-3659d488833a','waiting for a version that is gone','','AVAILABLE','PENDING',1795593827,1795593827,0,'pipeline-runner','35cdf5f7-e15b-409f-aee0-a0b6d1b2e404','4d8db8b3-84fe-40a9-b722-51b920846ca5','',NULL,NULL,NULL,'[{"update_time":1795593827,"state":"PENDING"}]',NULL,NULL);
CREATE TABLE settings (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('default_experiment_id','3aa4e942-b49e-4e09-ba92-a2bd038b94fc');
CREATE TABLE tasks (
	run_id TEXT NOT NULL, 
	task_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	display_name TEXT NOT NULL, 
	parent_task_id TEXT NOT NULL, 
	create_time BIGINT NOT NULL, 
	start_time BIGINT NOT NULL, 
	end_time BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	error JSON, 
	state_history JSON, 
	output_values JSON, 
	PRIMARY KEY (run_id, task_id), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id) ON DELETE CASCADE
);
INSERT INTO "tasks" VALUES('3911a7ed-7d6e-4eef-8acd-c003915bc1d9','1b4ee1aa-4e64-44ef-ac8d-70461d195f43',0,'step','',1795593822,1795593822,1795593822,'SUCCEEDED',NULL,'[{"update_time":1795593822,"state":"RUNNING"},{"update_time":1795593822,"state":"SUCCEEDED"}]',NULL);
INSERT INTO "tasks" VALUES('846dd66e-01f9-4397-a1e0-e9f185145bc3','d49680bb-83d0-448f-b98b-6b3fda6f2a4c',0,'step','',1795593823,1795593823,1795593823,'FAILED','{"code":13,"message":"exited with code 3: oh no; the local server runs commands on this machine and not in image ''none''"}','[{"update_time":1795593823,"state":"RUNNING"},{"update_time":1795593823,"state":"FAILED"}]',NULL);
INSERT INTO "tasks" VALUES('3e7be619-0f5b-4da5-916e-9c3ba4449f15','ef79dfcc-d714-4294-88ad-7c28c634076c',0,'step','',1795593824,1795593824,1795593824,'SUCCEEDED',NULL,'[{"update_time":1795593824,"state":"RUNNING"},{"update_time":1795593824,"state":"SUCCEEDED"}]',NULL);
INSERT INTO "tasks" VALUES('4dcec1fe-d676-45dc-885a-108b822457e3','0122c710-337f-4b4f-af84-50cf91c8ff83',0,'step','',1795593825,1795593825,1795593825,'SUCCEEDED',NULL,'[{"update_time":1795593825,"state":"RUNNING"},{"update_time":1795593825,"state":"SUCCEEDED"}]',NULL);
INSERT INTO "tasks" VALUES('ec9623f0-67be-42b8-b556-95eec2ba9e2d','2d4caef1-d06e-4b56-91b6-6fbff51f4f7a',0,'step','',1795593826,1795593826,1795593826,'CANCELED','{"code":13,"message":"terminated by request"}','[{"update_time":1795593826,"state":"RUNNING"},{"update_time":1795593826,"state":"CANCELED"}]',NULL);
INSERT INTO "tasks" VALUES('48ac1cb1-0077-4351-a6c2-c74c8ecb4d99','c650710c-e139-46e6-8293-1573532ef5a6',0,'step','',1795593827,1795593827,-62135596800,'RUNNING',NULL,'[{"update_time":1795593827,"state":"RUNNING"}]',NULL);
CREATE INDEX ix_runs_experiment_id ON runs (experiment_id);
CREATE INDEX runs_by_time ON runs (created_at, run_id);
COMMIT;
