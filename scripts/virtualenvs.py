"""Create the project's virtual environments from hash-locked requirements.

    python3 scripts/virtualenvs.py scripts|tests|local-aws|linters|bench

Runs under any Python 3, so that an interpreter that is too old is met with a sentence.
The environments use Python 3.13, production's, wherever one is installed, else the newest
from 3.11 up. Prints the interpreter that was taken; does nothing when all is in place.
"""

import glob
import hashlib
import os
import subprocess
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUPPORTED = ("3.13", "3.14", "3.12", "3.11")  # in the order of preference: production's first
VERSION_MANAGERS = (
    os.environ.get("PYENV_ROOT", "~/.pyenv") + "/versions/{0}*/bin/python{0}",
    "~/.local/share/uv/python/cpython-{0}*/bin/python{0}",
    "~/.asdf/installs/python/{0}*/bin/python{0}",
    "~/.local/share/mise/installs/python/{0}*/bin/python{0}",
    "/opt/homebrew/bin/python{0}",
    "/usr/local/bin/python{0}",
)
# Environment -> (folder, the lock files it holds). `tests` is a superset of `scripts`.
ENVIRONMENTS = {
    "scripts": (".venv", "scripts/requirements.txt"),
    "tests": (".venv", "tests/requirements.txt"),
    "local-aws": (".venv-local-aws", "scripts/local_aws/requirements.txt"),
    "linters": (".venv-linters", "scripts/linters.txt"),
    "bench": (".venv-bench", "tests/benchmarks/requirements.txt"),
}
BOOTSTRAP = "scripts/bootstrap.txt"


def fail(message):
    sys.exit("error: " + message)


def is_python(candidate, version):
    """True when the candidate runs and is that version: a version manager's shim may do neither."""
    probe = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [candidate, "-c", probe],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
        )
    except OSError:
        return False
    return answer.stdout.strip() == version


def find_python():
    """The path of the best interpreter, and its version."""
    for version in SUPPORTED:
        candidates = ["python" + version, "python3", sys.executable]
        for pattern in VERSION_MANAGERS:
            candidates += sorted(glob.glob(os.path.expanduser(pattern.format(version))))
        for candidate in candidates:
            if is_python(candidate, version):
                return candidate, version
    return fail(
        "Python 3.11 or newer is needed, this is %d.%d. "
        "Install Python 3.13 (python.org, your package manager, or `pyenv install 3.13`)."
        % sys.version_info[:2]
    )


def fingerprint(*names):
    digest = hashlib.sha256()
    for name in names:
        with open(os.path.join(PROJECT, name), "rb") as lock:
            digest.update(lock.read())
    return digest.hexdigest()


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def run(*command):
    if subprocess.call(list(command), cwd=PROJECT) != 0:
        fail("`%s` failed; its message stands above." % " ".join(command[:4]))


def works(python):
    return os.path.exists(python) and subprocess.call([python, "-c", ""]) == 0


def create(folder):
    """A virtual environment with the installer in it, unless it stands already."""
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, ".bootstrap")
    wanted = fingerprint(BOOTSTRAP)
    if read(stamp) == wanted and works(python):
        return python
    interpreter, version = find_python()
    note = "production's version" if version == "3.13" else "production runs 3.13"
    print("Python %s (%s) for %s" % (version, note, os.path.basename(folder)))
    run(interpreter, "-m", "venv", "--clear", folder)
    run(
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--no-deps",
        "-r",
        BOOTSTRAP,
    )
    with open(stamp, "w") as file:
        file.write(wanted)
    return python


def install(name):
    """Bring an environment to its lock file, exactly."""
    folder, lock = ENVIRONMENTS[name]
    folder = os.path.join(PROJECT, folder)
    python = create(folder)
    wanted, stamp = fingerprint(BOOTSTRAP, lock), os.path.join(folder, ".installed-" + name)
    if read(stamp) == wanted:
        return
    superset = name == "scripts" and read(os.path.join(folder, ".installed-tests"))
    if not superset:
        run(
            python,
            "-m",
            "uv",
            "pip",
            "install",
            "--quiet",
            "--python",
            python,
            "--require-hashes",
            "-r",
            lock,
        )
    with open(stamp, "w") as file:
        file.write(wanted)


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ENVIRONMENTS:
        print(__doc__)
        sys.exit(0 if "--help" in sys.argv else 2)
    install(sys.argv[1])


if __name__ == "__main__":
    main()
