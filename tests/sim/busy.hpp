// Who is in the midst of something cannot be asked for something else.
#pragma once

namespace belay::sim {

/// While it lives, nobody else acts as the one it stands for.
class Busy {
  public:
    explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
    ~Busy() { flag_ = false; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

  private:
    bool& flag_;
};

}  // namespace belay::sim
