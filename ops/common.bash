# Sourced by the other scripts: installing what is missing on Debian. Needs `set -euo pipefail`.

# Runs a command as root, through sudo where we are not.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "not root, and no sudo: run as root once: $*" >&2
        return 1
    fi
}

# need_packages NAME…: installs those Debian packages that are not there.
need_packages() {
    local package missing=()
    for package in "$@"; do
        [[ $(dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null) == ii* ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    echo "installing ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

need_swift() {
    command -v swift >/dev/null && return
    echo "no Swift toolchain on the PATH: install Swift 6.3 or newer from https://www.swift.org/install/linux" >&2
    return 1
}

# What the package links to.
build_packages=(libsqlite3-dev zlib1g-dev pkg-config)
