/// Certificates for TLS servers of tests, good from 2020 to 2120. Their keys are no secrets.
enum TestCertificates {
    /// What both are signed with.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBSjCB8aADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWF1dGhvcml0
        eTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
        YXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExGh7pjAHN+zh3wWy
        otHRZm9ozvSGczftGVi8j8BV1p/OjGf5rUnxZbNzXL5CeGv7vtH3zDmKxmRHcbSs
        uaGoAKMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUwn7Cv7//LvYh8qV2
        WWUv6zyrAiQwCgYIKoZIzj0EAwIDSAAwRQIhAOIfnFJ2nYYgfkAMwpUsTRaE1liK
        yufEyGtO7Ej1nDEBAiBrkLsC5Ow1xHCtH1SiwL+i1OBnDM5ERY/lluXIFMjjXA==
        -----END CERTIFICATE-----
        """

    /// For `localhost` and 127.0.0.1.
    static let known = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBczCCARmgAwIBAgIBAjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlhdXRob3Jp
        dHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBAxDjAMBgNVBAMM
        BWtub3duMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpC8sErznS1nkygAvOi4B
        YLNaCMo/yjnl8Gt3hw84V9YX/eJELvWC21degkgsVuEhlTuF9v23w8yBRNxrs6jo
        76NeMFwwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMB0GA1UdDgQWBBQHu0i1
        t+8lxOk1n4P4vAeFYLI5gTAfBgNVHSMEGDAWgBTCfsK/v/8u9iHypXZZZS/rPKsC
        JDAKBggqhkjOPQQDAgNIADBFAiAIflF7kRJRg+bM59UEdNSYvU49ApdDLlGnLFn+
        XiJ0/gIhALnwMsMHRsPAth3Ec2oHgGBRP0IN0n2Cpi7mjHUi4C1T
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgdbfy7DxflhcGj4Ut
        WhfUZ/1ChH9rOo5CLf2+qTfAW1WhRANCAASkLywSvOdLWeTKAC86LgFgs1oIyj/K
        OeXwa3eHDzhX1hf94kQu9YLbV16CSCxW4SGVO4X2/bfDzIFE3GuzqOjv
        -----END PRIVATE KEY-----
        """,
        fingerprint: "f75e56c44a414ebdf24c70d5dd6052d34190797aaa568b40faefbf3b585d88be"
    )

    /// The same, until 2021.
    static let expired = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBczCCARmgAwIBAgIBAzAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlhdXRob3Jp
        dHkwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjASMRAwDgYDVQQDDAdl
        eHBpcmVkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6rC9/tg+U0vfrgXLCxNn
        ir9+rpcF18pEwyOh+aF/Id2XdkIs91CPflkqKzDBYUCG9HhqPaWaoFJAuvlqzxDo
        c6NeMFwwGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMB0GA1UdDgQWBBQaAFGy
        PTSBiyARQTxk7HTmORYteDAfBgNVHSMEGDAWgBTCfsK/v/8u9iHypXZZZS/rPKsC
        JDAKBggqhkjOPQQDAgNIADBFAiEAxW8d1wqr0WBktCmodsekYkjjoq2N/G0luYZ1
        DHQUrGsCIHPiRHk/EeS6c8/vcrK2JUYWhsY7Fa2KFvDp7vnuqm2a
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQga1nQl37gityEtKc1
        JbY6tWDblnXK48ao42fjiT+sbVKhRANCAATqsL3+2D5TS9+uBcsLE2eKv36ulwXX
        ykTDI6H5oX8h3Zd2Qiz3UI9+WSorMMFhQIb0eGo9pZqgUkC6+WrPEOhz
        -----END PRIVATE KEY-----
        """,
        fingerprint: "c7f38b49853ec16c93391c2c7cd2f360297b8fff745fa145f57fd383f803743d"
    )
}
