// A value that is made while its owner goes on.
#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <unistd.h>

namespace stance {

// Made in a thread of its own; get() waits for it. Any number of threads may ask, also in a process that was forked
// meanwhile, which has not that thread and makes the value itself.
template <class T>
class Later {
  public:
    using Make = std::function<std::unique_ptr<T>()>;

    explicit Later(Make make) : make_(std::move(make)), process_(getpid()), thread_(std::make_unique<std::thread>()) {
        try {
            *thread_ = std::thread([this] { run(); });
        } catch (const std::system_error&) {
            run();  // where no thread can be had, it is made at once
        }
    }
    Later(const Later&) = delete;
    Later& operator=(const Later&) = delete;
    ~Later() {
        if (getpid() != process_)
            thread_.release();  // not ours to join
        else if (thread_->joinable())
            thread_->join();
    }

    // Throws what making it threw.
    const T& get() const {
        if (!made_.load(std::memory_order_acquire)) wait();
        if (failure_) std::rethrow_exception(failure_);
        return *value_;
    }

  private:
    void run() const {
        try {
            value_ = make_();
        } catch (...) {
            failure_ = std::current_exception();
        }
        made_.store(true, std::memory_order_release);
    }
    void wait() const {
        if (getpid() != process_) return std::call_once(remade_, [this] { run(); });
        const std::lock_guard<std::mutex> lock(mutex_);
        if (thread_->joinable()) thread_->join();
    }

    Make make_;
    pid_t process_;
    mutable std::unique_ptr<T> value_;
    mutable std::exception_ptr failure_;
    mutable std::atomic<bool> made_{false};
    mutable std::mutex mutex_;
    mutable std::once_flag remade_;
    std::unique_ptr<std::thread> thread_;  // last: it uses the others
};

}  // namespace stance
