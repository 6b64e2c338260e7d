package import Glibc

/// SIGTERM and SIGINT, taken by the thread that waits for them instead of interrupting any.
package struct Signals {
    private var set: sigset_t

    /// Blocks them here and so in every thread made from here on: call it first. A client that goes away is no signal
    /// either.
    package static func block() -> Signals {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
        return Signals(set: set)
    }

    /// Waits for the next one.
    /// - Returns: the process that it came from; 0 where that is unknown.
    @discardableResult
    package func wait() -> pid_t {
        var set = self.set
        var info = unsafe siginfo_t()
        while unsafe sigwaitinfo(&set, &info) < 0 {}
        return unsafe info._sifields._kill.si_pid
    }
}
