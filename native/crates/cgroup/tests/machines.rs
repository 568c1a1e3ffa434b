//! Whole machines made of files: v1, v2, hybrid and none.

use pitcrew_cgroup::{CgroupPath, Controller, Version};
use pitcrew_procfs::Procfs;
use std::fs;
use std::path::{Path, PathBuf};

/// A directory that stands for a machine and goes away with the test.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str, mountinfo: &str) -> Self {
        let root = std::env::temp_dir().join(format!("pitcrew-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let machine = Machine(root);
        machine.file("proc/self/mountinfo", mountinfo);
        machine
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn controller(&self) -> Option<Controller> {
        Controller::find(&self.0).unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn path(text: &str) -> CgroupPath {
    CgroupPath::parse(text).unwrap()
}

const HYBRID: &str = "30 1 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
    31 1 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
const UNIFIED: &str = "30 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

#[test]
fn a_hybrid_machine_uses_v1_because_the_controller_is_there() {
    let machine = Machine::new("hybrid", HYBRID);
    machine.file("sys/fs/cgroup/unified/cgroup.controllers", "\n");
    let dir = "sys/fs/cgroup/memory/app";
    machine.file(&format!("{dir}/memory.limit_in_bytes"), "1000\n");
    machine.file(&format!("{dir}/memory.usage_in_bytes"), "900\n");
    machine.file(&format!("{dir}/memory.stat"), "total_inactive_file 50\n");
    machine.file(&format!("{dir}/memory.oom_control"), "under_oom 0\noom_kill 3\n");
    machine.file(&format!("{dir}/cgroup.procs"), "7\n0\n8\n");
    machine.file(&format!("{dir}/inner/cgroup.procs"), "9\n");
    machine.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    let controller = machine.controller().unwrap();
    assert_eq!(controller.version(), Version::V1);
    let app = path("/app");
    let constraint = controller.constraint(&app).unwrap().unwrap();
    assert_eq!((constraint.limit, constraint.headroom()), (1000, 150));
    assert_eq!(controller.oom_kills(&app), Some(3));
    assert_eq!(controller.procs_in_subtree(&app).unwrap(), [7, 8, 9]);
    assert_eq!(controller.subtree(&app).unwrap(), [path("/app"), path("/app/inner")]);
    assert_eq!(controller.limit(&CgroupPath::root()).unwrap(), None);
    assert!(controller.usage(&path("/nobody")).unwrap_err().is_gone());
}

#[test]
fn on_v2_a_tight_ancestor_is_the_constraint() {
    let machine = Machine::new("unified", UNIFIED);
    let base = "sys/fs/cgroup";
    machine.file(&format!("{base}/cgroup.controllers"), "cpu memory\n");
    for (dir, max, current) in [("slice", "1000", "950"), ("slice/app", "max", "100")] {
        machine.file(&format!("{base}/{dir}/memory.max"), max);
        machine.file(&format!("{base}/{dir}/memory.current"), current);
        machine.file(&format!("{base}/{dir}/memory.stat"), "anon 5\n");
        machine.file(&format!("{base}/{dir}/memory.events"), "oom 9\noom_kill 2\n");
    }
    let controller = machine.controller().unwrap();
    let app = path("/slice/app");
    assert_eq!(controller.version(), Version::V2);
    let constraint = controller.constraint(&app).unwrap().unwrap();
    assert_eq!((constraint.path, constraint.limit), (path("/slice"), 1000));
    assert_eq!(controller.oom_kills(&app), Some(2));
    machine.file("proc/42/cgroup", "0::/slice/app\n");
    let process = Procfs::below(&machine.0).process(42);
    assert_eq!(controller.of_process(&process).unwrap(), app);
}

#[test]
fn in_a_container_paths_are_relative_to_what_is_mounted() {
    let mountinfo = "31 1 0:31 /docker/c1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
    let machine = Machine::new("container", mountinfo);
    let controller = machine.controller().unwrap();
    machine.file("proc/1/cgroup", "4:memory:/docker/c1\n");
    machine.file("proc/2/cgroup", "4:memory:/docker/c1/inner\n");
    machine.file("proc/3/cgroup", "4:memory:/docker/other\n");
    let of = |pid| controller.of_process(&Procfs::below(&machine.0).process(pid));
    assert_eq!(of(1).unwrap(), CgroupPath::root());
    assert_eq!(of(2).unwrap(), path("/inner"));
    assert!(of(3).is_err());
}

#[test]
fn a_machine_without_the_controller_says_so() {
    let machine = Machine::new("none", UNIFIED);
    machine.file("sys/fs/cgroup/cgroup.controllers", "cpu io\n");
    assert!(machine.controller().is_none());
    assert!(Controller::find(Path::new("/nonexistent-machine")).is_err());
}
