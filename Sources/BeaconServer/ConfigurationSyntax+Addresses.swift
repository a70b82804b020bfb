import BeaconBasics

extension ValueSyntax where Value == Address {
    /// An address to bind: literal, because a name may mean several. `:9001` is every address of both families.
    static var listen: Self {
        Self(
            placeholder: "ip:port",
            parse: { text throws(InvalidValue) in
                var full = text
                if text.hasPrefix(":") { full = "[::]\(text)" }
                if text.lowercased().hasPrefix("localhost:") { full = "127.0.0.1" + text.dropFirst("localhost".count) }
                guard let address = Address(full), !address.isMulticast else {
                    throw InvalidValue("is not an address to listen on, like :9001, 192.0.2.1:9001 or [::1]:9001")
                }
                return address
            },
            format: { $0 == Address.none.with(port: $0.port) ? ":\($0.port)" : $0.description })
    }

    /// An IP address without port.
    static var host: Self {
        Self(
            placeholder: "ip",
            parse: { text throws(InvalidValue) in
                guard let address = Address(host: text) else { throw InvalidValue("is not an IP address") }
                return address
            },
            format: { $0.hostText })
    }
}

extension ValueSyntax where Value == HostPort {
    static var hostPort: Self {
        Self(
            placeholder: "host:port",
            parse: { text throws(InvalidValue) in
                guard let value = HostPort(text) else {
                    throw InvalidValue("is not host:port, like beacon.example:9001 or [2001:db8::5]:9001")
                }
                return value
            },
            format: { $0.description })
    }
}

extension ValueSyntax where Value == [HostPort] {
    static var hostPorts: Self { ValueSyntax<HostPort>.hostPort.list() }
}

extension ValueSyntax where Value == Whitelist {
    static var whitelist: Self {
        Self(
            placeholder: "ip,…|*",
            parse: { text throws(InvalidValue) in
                if commaSeparated(text).contains(where: { $0 == "*" || $0.lowercased() == "all" }) { return .everyone }
                return .only(try ValueSyntax<Address>.host.list().parse(text))
            },
            format: {
                switch $0 {
                case .everyone: "*"
                case .only(let hosts): ValueSyntax<Address>.host.list().format(hosts)
                }
            })
    }
}

extension ValueSyntax where Value == AdvertisedHost {
    static var advertisedHost: Self {
        Self(
            placeholder: "host[:port]",
            parse: { text throws(InvalidValue) in
                guard let value = AdvertisedHost(text) else {
                    throw InvalidValue("is not host or host:port, like beacon.example or [2001:db8::5]:9011")
                }
                return value
            },
            format: { $0.description })
    }
}
